"""Which events a change of a pod's state is worth, in kubelet's words."""

from collections.abc import Iterator
from dataclasses import dataclass

from lateen.node.shim.spec import ShimState


@dataclass(frozen=True, slots=True)
class ContainerEvent:
    """Something that happened to a container; `kind` is Normal or Warning."""

    kind: str
    reason: str
    message: str
    container: str


def container_events(pod: str, before: ShimState | None, now: ShimState, *, adopted: bool) -> Iterator[ContainerEvent]:
    """What happened between two states of the pod called `pod`; what an `adopted` one did before is known already."""
    for name, container in now["containers"].items():
        old = before["containers"].get(name) if before else None
        if container["reason"] == "CrashLoopBackOff" and (old is None or old["reason"] != container["reason"]):
            message = f"Back-off restarting failed container {name} in pod {pod}"
            yield ContainerEvent("Warning", "BackOff", message, name)
        begun = container["state"] == "running" and (old is None or old["started_at"] != container["started_at"])
        if begun and not adopted:
            yield ContainerEvent("Normal", "Started", f"Started container {name}", name)
