"""This machine as a Node resource."""

import os
import platform

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.topology import REGION, ZONE
from lateen.client.api import ApiClient
from lateen.client.error import ApiError
from lateen.controllers.node_health import SILENT_SECONDS
from lateen.lib.clock import Clock, rfc3339
from lateen.node.settings import NodeSettings

HEARTBEAT_SECONDS = SILENT_SECONDS / 3
_PODS = "110"


async def register(client: ApiClient, settings: NodeSettings, clock: Clock) -> None:
    """Create the Node, or say that it is ready again. Raises ApiError, UnreachableError."""
    body = node_body(settings)
    try:
        await client.create(body)
    except ApiError as error:
        if not error.is_conflict:
            raise
        ref = ResourceRef("Node", "", settings.node_name)
        await client.patch(ref, {"metadata": {"labels": body["metadata"]["labels"]}})
    await heartbeat(client, settings, clock, ready=True)


async def heartbeat(client: ApiClient, settings: NodeSettings, clock: Clock, *, ready: bool) -> None:
    """Say whether the node takes pods. Raises ApiError, UnreachableError."""
    ref = ResourceRef("Node", "", settings.node_name)
    now = rfc3339(clock.now())
    before = ((await client.get(ref) or {}).get("status") or {}).get("conditions") or []
    await client.patch(ref, {"status": node_status(settings, now, before, ready=ready)}, "status")


def node_body(settings: NodeSettings) -> JsonObject:
    """The Node without its status."""
    labels = {
        "kubernetes.io/hostname": settings.node_name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": _architecture(),
        REGION: settings.locality.region,
        ZONE: settings.locality.zone,
    }
    labels = {key: value for key, value in labels.items() if value}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": settings.node_name, "labels": labels}, "spec": {}}


def node_status(settings: NodeSettings, now: str, before: list[JsonObject], *, ready: bool) -> JsonObject:
    """The Node's status; the condition keeps its time while it doesn't change."""
    value = "True" if ready else "False"
    old = next((c for c in before if c.get("type") == "Ready" and c.get("status") == value), {})
    condition = {
        "type": "Ready",
        "status": value,
        "reason": "KubeletReady" if ready else "KubeletNotReady",
        "message": "node agent is posting ready status" if ready else "node agent has stopped",
        "lastHeartbeatTime": now,
        "lastTransitionTime": old.get("lastTransitionTime", now),
    }
    resources = {"cpu": str(os.cpu_count() or 1), "memory": f"{_memory_kib()}Ki", "pods": _PODS}
    return {
        "conditions": [condition],
        "addresses": [
            {"type": "InternalIP", "address": settings.host_ip},
            {"type": "Hostname", "address": settings.node_name},
        ],
        "capacity": resources,
        "allocatable": resources,
        "nodeInfo": {
            "kernelVersion": platform.release(),
            "osImage": _system(),
            "containerRuntimeVersion": "lateen://process",
            "operatingSystem": "linux",
            "architecture": _architecture(),
        },
    }


def _architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def _memory_kib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return "Linux"
