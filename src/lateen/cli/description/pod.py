"""A pod in a description, and what the mesh does with it."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.api.pod_columns import pod_status
from lateen.cli.description.conditions import conditions
from lateen.cli.description.container import containers
from lateen.cli.description.lines import Entry, Lines, Section
from lateen.cli.description.metadata import labels, names, when


def describe_pod(pod: JsonObject, mesh: Sequence[Entry] = ()) -> list[Entry]:
    """Everything about a pod; `mesh` is put before its containers."""
    spec, status = pod["spec"], pod.get("status") or {}
    return [
        *names(pod),
        ("Service Account", spec.get("serviceAccountName") or "default"),
        ("Node", f"{spec.get('nodeName') or '<none>'}{'/' + status['hostIP'] if status.get('hostIP') else ''}"),
        ("Start Time", when(status.get("startTime", "")) or "<unknown>"),
        *labels(pod),
        ("Status", pod_status(pod)),
        *((title, status[key]) for title, key in (("Reason", "reason"), ("Message", "message")) if status.get(key)),
        ("IP", status.get("podIP") or "<none>"),
        *_owner(pod),
        *mesh,
        *_containers(spec, status),
        conditions(pod),
        ("Volumes", Lines([_volume(volume) for volume in spec.get("volumes") or []])),
        ("QoS Class", status.get("qosClass") or "BestEffort"),
    ]


def _containers(spec: JsonObject, status: JsonObject) -> list[Entry]:
    init = spec.get("initContainers") or []
    before: list[Entry] = (
        [("Init Containers", containers(init, status.get("initContainerStatuses") or []))] if init else []
    )
    return [*before, ("Containers", containers(spec["containers"], status.get("containerStatuses") or []))]


def _owner(pod: JsonObject) -> list[Entry]:
    owners: list[JsonObject] = pod["metadata"].get("ownerReferences") or []
    return [("Controlled By", f"{owner['kind']}/{owner['name']}") for owner in owners if owner.get("controller")]


def _volume(volume: JsonObject) -> str:
    kinds = [key for key in volume if key != "name"] or ["emptyDir"]
    source = volume.get(kinds[0]) or {}
    what = source.get("name") or source.get("secretName") or source.get("path") or ""
    return f"{volume['name']} ({kinds[0]}{' ' + what if what else ''})"


def pod_mesh(services: Sequence[str], rules: Sequence[str], proxy: str) -> list[Entry]:
    """What the mesh makes of a pod: the services that lead to it, the rules for these, its proxy's state."""
    return [
        (
            "Mesh",
            Section([("Services", Lines(services)), ("Rules", Lines(rules)), ("Proxy", proxy)]),
        )
    ]
