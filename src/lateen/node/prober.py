"""The probes of one incarnation of a container: startup first, then readiness and liveness.

Rule source: kubelet's prober. Until a probe has succeeded for the first time it is tried more often than its period
says, so that a pod is not ready later than it could be; failures are still counted once a period.

A container without startup and readiness probe is ready when it listens on the TCP ports it declares: kubelet takes it
as ready at once, and requests that come before it listens fail.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from lateen.api.container import Container
from lateen.api.probe import Probe
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup
from lateen.node.probe import Checks

_FIRST_TRIES = (0.05, 0.05, 0.1, 0.1, 0.2, 0.25)
"""Seconds between tries until the first success; the last goes on."""
_LISTEN_PERIOD = 0.02
_LISTEN_PATIENCE = 10.0
"""Declared ports inform only: a container that leaves them closed is ready after so many seconds all the same."""


class ProbeListener(Protocol):
    """Who is told what probes find."""

    def probes_changed(self) -> None: ...
    def unhealthy(self, container: str, message: str) -> None: ...
    def must_restart(self, container: Container, message: str, probe: Probe) -> None: ...


@dataclass(slots=True)
class Streak:
    """A verdict that changes only after as many equal results in a row as the probe asks for."""

    probe: Probe
    value: bool
    count: int = 0

    def take(self, ok: bool) -> bool:
        """The verdict after another result."""
        if ok == self.value:
            self.count = 0
            return self.value
        self.count += 1
        if self.count >= (self.probe.failure_threshold if self.value else self.probe.success_threshold):
            self.value, self.count = ok, 0
        return self.value


class Prober:
    """Probes until `close`; `started` and `ready` are the verdicts so far.

    `known` is what an earlier agent found about the same incarnation, (started, ready): it holds until disproved, so
    that a restart of the agent takes nothing out of service.
    """

    def __init__(
        self,
        container: Container,
        checks: Checks,
        clock: Clock,
        listener: ProbeListener,
        known: tuple[bool, bool] = (False, False),
    ) -> None:
        self.started = container.startup_probe is None or known[0]
        self._ports = _awaited_ports(container)
        self.ready = self.started and (known[1] or (container.readiness_probe is None and not self._ports))
        self._container = container
        self._checks = checks
        self._clock = clock
        self._listener = listener
        self._tasks = TaskGroup()

    def start(self) -> None:
        """Begin."""
        container = self._container
        if container.startup_probe or container.readiness_probe or container.liveness_probe or not self.ready:
            self._tasks.start(self._run(), f"probes of {container.name}")

    async def close(self) -> None:
        """Stop probing."""
        await self._tasks.close()

    async def _run(self) -> None:
        container = self._container
        if (probe := container.startup_probe) and not self.started and not await self._start_up(probe):
            return
        async with asyncio.TaskGroup() as group:
            if container.readiness_probe:
                group.create_task(self._watch_readiness(container.readiness_probe))
            elif not self.ready:
                group.create_task(self._await_listening())
            if container.liveness_probe:
                group.create_task(self._watch_liveness(container.liveness_probe))

    async def _start_up(self, probe: Probe) -> bool:
        failure = await self._first_success("Startup", probe, probe.failure_threshold)
        if failure:
            self._listener.must_restart(self._container, f"failed startup probe, will be restarted: {failure}", probe)
            return False
        self.started = True
        self.ready = self._container.readiness_probe is None
        self._listener.probes_changed()
        return True

    async def _first_success(self, kind: str, probe: Probe, most: int | None = None) -> str:
        """Try until it succeeds and return ""; after `most` failed periods return the last failure."""
        await self._clock.sleep(probe.initial_delay_seconds)
        begin, failures, tries = self._clock.monotonic(), 0, 0
        while True:
            verdict = await self._checks.check(probe, self._container)
            if verdict.ok:
                return ""
            if self._clock.monotonic() - begin >= failures * probe.period_seconds:
                failures += 1
                if failures > 1:  # the very first try comes before any program can be up
                    self._listener.unhealthy(self._container.name, f"{kind} probe failed: {verdict.message}")
                if failures == most:
                    return verdict.message
            await self._clock.sleep(_FIRST_TRIES[min(tries, len(_FIRST_TRIES) - 1)])
            tries += 1

    async def _watch_readiness(self, probe: Probe) -> None:
        streak = Streak(probe, value=self.ready)
        if not self.ready:
            await self._first_success("Readiness", probe)
            self._set_ready(streak.take(ok=True))
        while True:
            self._set_ready(streak.take(await self._periodic("Readiness", probe)))

    async def _await_listening(self) -> None:
        deadline = self._clock.monotonic() + _LISTEN_PATIENCE
        while missing := self._ports - self._checks.listening_ports():
            if self._clock.monotonic() >= deadline:
                ports = ", ".join(map(str, sorted(missing)))
                waited = f"after {_LISTEN_PATIENCE:.0f}s nothing listens on containerPort {ports}"
                self._listener.unhealthy(self._container.name, f"{waited}; the container counts as ready all the same")
                break
            await self._clock.sleep(_LISTEN_PERIOD)
        self._set_ready(ready=True)

    async def _watch_liveness(self, probe: Probe) -> None:
        await self._clock.sleep(probe.initial_delay_seconds)
        streak = Streak(probe, value=True)
        while streak.take(await self._periodic("Liveness", probe)):
            pass
        self._listener.must_restart(self._container, "failed liveness probe, will be restarted", probe)

    async def _periodic(self, kind: str, probe: Probe) -> bool:
        await self._clock.sleep(max(1, probe.period_seconds))
        verdict = await self._checks.check(probe, self._container)
        if not verdict.ok:
            self._listener.unhealthy(self._container.name, f"{kind} probe failed: {verdict.message}")
        return verdict.ok

    def _set_ready(self, ready: bool) -> None:
        if ready != self.ready:
            self.ready = ready
            self._listener.probes_changed()


def _awaited_ports(container: Container) -> frozenset[int]:
    if container.startup_probe or container.readiness_probe:
        return frozenset()
    return frozenset(port.container_port for port in container.ports if port.protocol == "TCP")
