"""The columns of pods. Rule: `printPod` of Kubernetes' printers."""

from datetime import datetime
from typing import Any, Final

from lateen.api.age import age
from lateen.api.column import AGE, NAME, NONE, Column, condition_of, maps_at, path_column, value_at
from lateen.api.meta import JsonObject


def _ready(body: JsonObject, now: datetime) -> str:
    statuses = _by_name(body, "containerStatuses")
    containers = [*maps_at(body, "spec", "containers"), *filter(_is_sidecar, maps_at(body, "spec", "initContainers"))]
    statuses |= _by_name(body, "initContainerStatuses")
    ready = sum(bool(statuses.get(str(each.get("name")), {}).get("ready")) for each in containers)
    return f"{ready}/{len(containers)}"


def _restarts(body: JsonObject, now: datetime) -> str:
    sidecars = {each.get("name") for each in maps_at(body, "spec", "initContainers") if _is_sidecar(each)}
    inits = [each for each in maps_at(body, "status", "initContainerStatuses") if each.get("name") in sidecars]
    statuses = [*maps_at(body, "status", "containerStatuses"), *inits]
    count = sum(each.get("restartCount") or 0 for each in statuses)
    ends = (value_at(each, "lastState", "terminated", "finishedAt") for each in statuses)
    last = max((str(end) for end in ends if end), default="")
    return f"{count} ({age(last, now)} ago)" if count and last else str(count)


def pod_status(body: JsonObject) -> str:
    """The STATUS cell: the phase, or what is going on in detail."""
    reason = value_at(body, "status", "reason") or value_at(body, "status", "phase") or "Unknown"
    waiting = _init_reason(body)
    reason = waiting or _container_reason(body) or reason
    if value_at(body, "metadata", "deletionTimestamp"):
        phase = value_at(body, "status", "phase")
        return str(reason) if phase in ("Succeeded", "Failed") else "Terminating"
    return str(reason)


def _init_reason(body: JsonObject) -> str:
    inits = {str(each.get("name")): each for each in maps_at(body, "spec", "initContainers")}
    for place, status in enumerate(maps_at(body, "status", "initContainerStatuses")):
        if value_at(status, "state", "terminated", "exitCode") == 0:
            continue
        if _is_sidecar(inits.get(str(status.get("name")), {})) and status.get("started"):
            continue
        ended = value_at(status, "state", "terminated")
        if ended:
            return f"Init:{_ended(ended)}"
        reason = value_at(status, "state", "waiting", "reason")
        return f"Init:{reason}" if reason and reason != "PodInitializing" else f"Init:{place}/{len(inits)}"
    return ""


def _container_reason(body: JsonObject) -> str:
    reason, running = "", False
    for status in reversed(maps_at(body, "status", "containerStatuses")):
        ended = value_at(status, "state", "terminated")
        waiting = value_at(status, "state", "waiting", "reason")
        if waiting:
            reason = str(waiting)
        elif ended:
            reason = _ended(ended)
        elif status.get("ready") and value_at(status, "state", "running"):
            running = True
    if reason == "Completed" and running:
        return "Running" if _holds(body, "Ready") else "NotReady"
    return reason


def _ended(state: JsonObject) -> str:
    if state.get("reason"):
        return str(state["reason"])
    return f"Signal:{state['signal']}" if state.get("signal") else f"ExitCode:{state.get('exitCode', 0)}"


def _holds(body: JsonObject, type_: str) -> bool:
    return condition_of(body, type_).get("status") == "True"


def _is_sidecar(container: JsonObject) -> bool:
    return container.get("restartPolicy") == "Always"


def _by_name(body: JsonObject, field: str) -> dict[str, Any]:  # JSON by container
    return {str(each.get("name")): each for each in maps_at(body, "status", field)}


def _readiness_gates(body: JsonObject, now: datetime) -> str:
    gates = maps_at(body, "spec", "readinessGates")
    passed = sum(_holds(body, str(gate.get("conditionType"))) for gate in gates)
    return f"{passed}/{len(gates)}" if gates else NONE


POD_COLUMNS: Final = (
    NAME,
    Column("Ready", "string", 0, _ready),
    Column("Status", "string", 0, lambda body, now: pod_status(body)),
    Column("Restarts", "string", 0, _restarts),
    AGE,
    path_column("IP", "status", "podIP", absent=NONE, wide=True),
    path_column("Node", "spec", "nodeName", absent=NONE, wide=True),
    path_column("Nominated Node", "status", "nominatedNodeName", absent=NONE, wide=True),
    Column("Readiness Gates", "string", 1, _readiness_gates),
)
