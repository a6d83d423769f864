"""A deployment in a description."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.api.pod_columns import pod_status
from lateen.cli.description.conditions import conditions
from lateen.cli.description.container import containers
from lateen.cli.description.lines import Entry, Lines, Rows, Section
from lateen.cli.description.metadata import created, joined, labels, names, pairs


def describe_deployment(deployment: JsonObject, pods: Sequence[JsonObject]) -> list[Entry]:
    """Everything about a deployment, and its pods."""
    spec: JsonObject = deployment["spec"]
    return [
        *names(deployment),
        created(deployment),
        *labels(deployment),
        ("Selector", joined((spec.get("selector") or {}).get("matchLabels") or {})),
        ("Replicas", _replicas(deployment)),
        *_strategy(spec.get("strategy") or {}),
        ("Pod Template", Section(_template(spec["template"]))),
        conditions(deployment),
        ("Pods", Rows(["Name", "Status"], [[pod["metadata"]["name"], pod_status(pod)] for pod in pods])),
    ]


def _replicas(deployment: JsonObject) -> str:
    status: JsonObject = deployment.get("status") or {}
    wanted = deployment["spec"].get("replicas", 1)
    counts = {
        "desired": wanted,
        "updated": status.get("updatedReplicas", 0),
        "total": status.get("replicas", 0),
        "available": status.get("availableReplicas", 0),
        "unavailable": status.get("unavailableReplicas", 0),
    }
    return " | ".join(f"{count} {word}" for word, count in counts.items())


def _strategy(strategy: JsonObject) -> list[Entry]:
    kind = strategy.get("type", "RollingUpdate")
    rolling: JsonObject = strategy.get("rollingUpdate") or {}
    if kind != "RollingUpdate":
        return [("StrategyType", kind)]
    limits = f"{rolling.get('maxUnavailable', '25%')} max unavailable, {rolling.get('maxSurge', '25%')} max surge"
    return [("StrategyType", kind), ("RollingUpdateStrategy", limits)]


def _template(template: JsonObject) -> list[Entry]:
    metadata, spec = template.get("metadata") or {}, template["spec"]
    return [
        ("Labels", pairs(metadata.get("labels") or {})),
        *([("Annotations", pairs(metadata["annotations"], ": "))] if metadata.get("annotations") else []),
        ("Service Account", spec.get("serviceAccountName") or "default"),
        *([("Init Containers", containers(spec["initContainers"], []))] if spec.get("initContainers") else []),
        ("Containers", containers(spec["containers"], [])),
        ("Volumes", Lines([volume["name"] for volume in spec.get("volumes") or []])),
    ]
