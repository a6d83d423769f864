"""The columns of nodes and namespaces. Rules: Kubernetes' printers."""

from datetime import datetime
from typing import Final

from lateen.api.column import AGE, NAME, NONE, Column, maps_at, path_column, value_at
from lateen.api.meta import JsonObject

_ROLE: Final = "node-role.kubernetes.io/"


def _status(body: JsonObject, now: datetime) -> str:
    ready = [each for each in maps_at(body, "status", "conditions") if each.get("type") == "Ready"]
    words = [("Ready" if each.get("status") == "True" else "NotReady") for each in ready] or ["Unknown"]
    return ",".join([*words, *(["SchedulingDisabled"] if value_at(body, "spec", "unschedulable") else [])])


def _roles(body: JsonObject, now: datetime) -> str:
    labels = value_at(body, "metadata", "labels") or {}
    roles = {key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE)}
    return ",".join(sorted(roles - {""})) or NONE


def _address(type_: str, body: JsonObject) -> str:
    found = (each.get("address") for each in maps_at(body, "status", "addresses") if each.get("type") == type_)
    return str(next(found, NONE))


NODE_COLUMNS: Final = (
    NAME,
    Column("Status", "string", 0, _status),
    Column("Roles", "string", 0, _roles),
    AGE,
    path_column("Version", "status", "nodeInfo", "kubeletVersion"),
    Column("Internal-IP", "string", 1, lambda body, now: _address("InternalIP", body)),
    Column("External-IP", "string", 1, lambda body, now: _address("ExternalIP", body)),
    path_column("OS-Image", "status", "nodeInfo", "osImage", absent="<unknown>", wide=True),
    path_column("Kernel-Version", "status", "nodeInfo", "kernelVersion", absent="<unknown>", wide=True),
    path_column("Container-Runtime", "status", "nodeInfo", "containerRuntimeVersion", absent="<unknown>", wide=True),
)


def _namespace_status(body: JsonObject, now: datetime) -> str:
    if value_at(body, "metadata", "deletionTimestamp"):
        return "Terminating"
    return str(value_at(body, "status", "phase") or "Active")


NAMESPACE_COLUMNS: Final = (NAME, Column("Status", "string", 0, _namespace_status), AGE)
