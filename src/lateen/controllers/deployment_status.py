"""A deployment's status, in Kubernetes' words."""

from lateen.api.meta import JsonObject
from lateen.lib.clock import rfc3339


def deployment_status(
    previous: JsonObject, *, generation: int, wanted: int, pods: int, updated: int, available: int, now: float
) -> JsonObject:
    """The status of a deployment that wants `wanted` pods; a condition that didn't change keeps its time."""
    enough = available >= wanted
    done = enough and updated >= wanted and pods == updated
    conditions = [
        _condition("Available", enough, "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable"),
        _condition("Progressing", True, "NewReplicaSetAvailable" if done else "ReplicaSetUpdated"),
    ]
    status: JsonObject = {"observedGeneration": generation}
    counts = {"replicas": pods, "updatedReplicas": updated, "readyReplicas": available, "availableReplicas": available}
    status.update({name: count for name, count in counts.items() if count})
    if missing := max(0, wanted - available):
        status["unavailableReplicas"] = missing
    status["conditions"] = [_with_times(condition, previous, now) for condition in conditions]
    return status


def _condition(kind: str, holds: bool, reason: str) -> JsonObject:
    return {"type": kind, "status": str(holds), "reason": reason}


def _with_times(condition: JsonObject, previous: JsonObject, now: float) -> JsonObject:
    earlier: list[JsonObject] = previous.get("conditions", [])
    before: JsonObject = next((each for each in earlier if each.get("type") == condition["type"]), {})
    same_status = before.get("status") == condition["status"]
    same = same_status and before.get("reason") == condition["reason"]
    return {
        **condition,
        "lastTransitionTime": before.get("lastTransitionTime", "") if same_status else rfc3339(now),
        "lastUpdateTime": before.get("lastUpdateTime", "") if same else rfc3339(now),
    }
