"""A service in a description."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Lines
from lateen.cli.description.metadata import joined, labels, names


def describe_service(service: JsonObject, slices: Sequence[JsonObject], rules: Sequence[str]) -> list[Entry]:
    """Everything about a service; `slices` are its EndpointSlices, `rules` what speaks for its host."""
    spec: JsonObject = service["spec"]
    return [
        *names(service),
        *labels(service),
        ("Selector", joined(spec.get("selector") or {})),
        ("Type", spec.get("type", "ClusterIP")),
        *([("External Name", spec["externalName"])] if spec.get("externalName") else []),
        ("IP", spec.get("clusterIP") or "<none>"),
        *(entry for port in spec.get("ports") or [] for entry in _port(port, slices)),
        ("Session Affinity", spec.get("sessionAffinity", "None")),
        ("Rules", Lines(rules)),
    ]


def _port(port: JsonObject, slices: Sequence[JsonObject]) -> list[Entry]:
    protocol = port.get("protocol", "TCP")
    title = f"{port.get('name') or '<unset>'}  {port['port']}/{protocol}"
    node = [("NodePort", f"{port['nodePort']}/{protocol}")] if port.get("nodePort") else []
    return [
        ("Port", title),
        ("TargetPort", f"{port.get('targetPort', port['port'])}/{protocol}"),
        *node,
        ("Endpoints", ",".join(_endpoints(port, slices)) or "<none>"),
    ]


def _endpoints(port: JsonObject, slices: Sequence[JsonObject]) -> list[str]:
    return sorted(
        f"{address}:{own['port']}"
        for each in slices
        for own in each.get("ports") or []
        if (own.get("name") or "") == (port.get("name") or "") and own.get("port")
        for endpoint in each.get("endpoints") or []
        if (endpoint.get("conditions") or {}).get("ready", True)
        for address in endpoint.get("addresses") or []
    )
