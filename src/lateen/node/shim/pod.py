"""The order in which a pod's containers start, restart and stop.

Init containers one after the other, then sidecars until their gates open, then the apps; apps stop first, then the
sidecars. Rule source: Kubernetes' pod life cycle (`pod-lifecycle`, `sidecar-containers`).
"""

from __future__ import annotations

from lateen.node.shim.container import Container
from lateen.node.shim.http_call import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.sandbox import Sandbox
    from lateen.node.shim.spec import ShimState

_LEAST_GRACE = 2.0


class Pod:
    """Drives the containers; `publish` is called after every change, `finished` once nothing will run again."""

    def __init__(self, sandbox: Sandbox, publish: Callable[[], None], finished: Callable[[], None]) -> None:
        self.stage = "init"
        self._sandbox = sandbox
        self._publish = publish
        self._finished = finished
        self._grace = sandbox.spec["grace"]
        self._asked = False
        self.containers = {c["name"]: Container(c, sandbox, self._changed) for c in sandbox.spec["containers"]}

    def _role(self, *roles: str) -> list[Container]:
        return [c for c in self.containers.values() if c.spec["role"] in roles]

    def state(self) -> ShimState:
        """What the node agent is told."""
        return {
            "stage": self.stage,
            "root": self._sandbox.root_kind,
            "init_done": self._init_done(),
            "containers": {name: container.state() for name, container in self.containers.items()},
        }

    def _init_done(self) -> bool:
        return all(map(_succeeded, self._role("init"))) and all(
            c.gate_open for c in self._role("sidecar") if c.spec["native"]
        )

    def begin(self) -> None:
        """Start the pod."""
        self._changed()

    def _changed(self) -> None:
        self.advance()
        self._publish()

    def advance(self) -> None:
        """Do whatever comes next; call it after every change."""
        if self.stage == "stopping":
            self._advance_stop()
        elif self.stage in {"init", "running"}:
            self._restart_ended()
            self._advance_start()

    def _advance_start(self) -> None:
        for container in self.containers.values():
            if container.spec["role"] == "init" or container.spec["native"]:
                _begin(container)
                if not (container.gate_open if container.spec["native"] else _succeeded(container)):
                    self._complete_if_over()
                    return
        sidecars = self._role("sidecar")
        for container in sidecars:
            _begin(container)
        if all(c.gate_open for c in sidecars) or self.stage == "running":
            self.stage = "running"
            for container in self._role("app"):
                _begin(container)
        self._complete_if_over()

    def _restart_ended(self) -> None:
        for container in self.containers.values():
            over = container.begun and not container.alive and not container.will_restart
            if over and self._restarts(container):
                container.restart_later()

    def _restarts(self, container: Container) -> bool:
        policy = self._sandbox.spec["restart_policy"]
        failed = not _succeeded(container)
        match container.spec["role"]:
            case "sidecar":
                return True
            case "init":
                return failed and policy != "Never"
            case _:
                return policy == "Always" or (policy == "OnFailure" and failed)

    def _complete_if_over(self) -> None:
        """Nothing but sidecars is left: stop them, the pod has succeeded or failed."""
        apps = self._role("app")
        apps_over = all(c.begun and not c.alive and not c.will_restart for c in apps)
        init_failed = any(
            c.begun and not c.alive and not c.will_restart and not _succeeded(c) for c in self._role("init")
        )
        if (apps and apps_over) or init_failed:
            self._begin_stop(_LEAST_GRACE)

    def stop(self, grace: float) -> None:
        """Stop everything within `grace` seconds; a second call can only shorten that."""
        if self.stage == "stopping" and grace >= self._grace:
            return
        self._asked = True
        if self.stage == "stopping":
            self._sandbox.loop.after(grace, self._kill_all)
            return
        self._begin_stop(grace)
        self._publish()

    def _begin_stop(self, grace: float) -> None:
        self.stage, self._grace = "stopping", grace
        for container in self.containers.values():
            container.cancel_restart()
        if grace == 0:
            self._kill_all()
        for container in self.containers.values():
            if (call := container.spec["drain"]) and container.running:
                Request(self._sandbox.loop, call, "POST", lambda ok: None)
        for container in self._role("app", "init"):
            delay = container.spec["drain_seconds"] if container.running else 0.0
            self._sandbox.loop.after(min(delay, grace), lambda c=container: c.stop(grace))  # type: ignore[misc]
        self._advance_stop()

    def _kill_all(self) -> None:
        for container in self.containers.values():
            container.kill()

    def _advance_stop(self) -> None:
        if any(c.alive for c in self._role("app", "init")):
            return
        for container in self._role("sidecar"):
            container.stop(_LEAST_GRACE)
        if not any(c.alive for c in self.containers.values()):
            self.stage = "stopped" if self._asked else "completed"
            self._finished()


def _begin(container: Container) -> None:
    if not container.begun:
        container.start()


def _succeeded(container: Container) -> bool:
    return container.terminated is not None and container.terminated["exit_code"] == 0
