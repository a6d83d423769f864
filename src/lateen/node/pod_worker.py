"""One pod's life on this node: set up or taken over, watched, and taken down."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from lateen.api.container import Container
from lateen.api.pod import Pod
from lateen.api.probe import Probe
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock, rfc3339
from lateen.lib.tasks import TaskGroup
from lateen.node.container_events import container_events
from lateen.node.events import Recorder
from lateen.node.lost_pod import after_loss, restarts_of
from lateen.node.network.capture import PASSTHROUGH_SOURCE
from lateen.node.pod_probes import PodProbes
from lateen.node.pod_setup import PodSetup, captured
from lateen.node.pod_spec import ContainerError
from lateen.node.pod_status import Observation, build_status
from lateen.node.probe import PodChecks
from lateen.node.shim.spec import ShimSpec, ShimState
from lateen.node.shim_client import ShimClient, ShimError, start_shim
from lateen.node.sources import ConfigError
from lateen.node.status_writer import StatusWriter
from lateen.node.volumes import referenced

log = logging.getLogger(__name__)

_STOP_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Node:
    """What all pods of the node share."""

    setup: PodSetup
    statuses: StatusWriter
    events: Recorder
    clock: Clock


class PodWorker:
    """Runs one pod; `run` ends when nothing of it is left on this machine."""

    def __init__(self, pod: Pod, node: Node) -> None:
        self.pod = pod
        self._uid = pod.metadata.uid
        self.shim = ShimClient(node.setup.folder(self._uid))
        self.address = ""
        self._node = node
        self._folder = node.setup.folder(self._uid)
        self._state: ShimState | None = None
        self._waiting: dict[str, tuple[str, str]] = {}
        self._probes = PodProbes(node.clock, self)
        self._adopted = False
        self._start_time = pod.status.start_time or rfc3339(node.clock.now())
        self._poke = asyncio.Event()
        self._end = asyncio.Event()
        self._grace: float | None = None
        self._setting_up = asyncio.Lock()
        self._tasks = TaskGroup()

    # What the agent says.

    def update(self, pod: Pod) -> None:
        """The pod has changed in the API."""
        self.pod = pod
        if pod.metadata.deletion_timestamp:
            seconds = pod.metadata.deletion_grace_period_seconds
            self.terminate(30.0 if seconds is None else float(seconds))

    def source_changed(self, kind: str, name: str) -> None:
        """A ConfigMap or Secret in the pod's namespace has changed: a waiting pod tries again, files are renewed."""
        self._poke.set()
        if self.address and self._state is not None and (kind, name) in referenced(self.pod):
            self._tasks.start(self._refresh(), "volumes")

    def terminate(self, grace: float) -> None:
        """End the pod within `grace` seconds; a later call can only shorten that."""
        if self._grace is not None and grace >= self._grace:
            return
        first = self._grace is None
        self._grace = grace
        self._end.set()
        self._poke.set()
        if not first and self._state is not None:
            self._tasks.start(self._stop_shim(grace), "shorter grace")

    def successor(self) -> "PodWorker":
        """Another worker for the same pod, told what this one was told."""
        other = PodWorker(self.pod, self._node)
        if self._grace is not None:
            other.terminate(self._grace)
        return other

    # The life.

    async def run(self) -> None:
        """Live. Cancelling this leaves the pod running for the next agent."""
        try:
            if not await self._begin():
                return
            living = self._tasks.start(self._watch(), "watch")
            await self._end.wait()
            await self._finish(living)
        finally:
            await self._close()

    async def _begin(self) -> bool:
        """Take the pod over or set it up; False when it has to end before it is."""
        spec, last = self._folder.read_spec(), self._folder.read_state()
        if spec is not None and (await self._is_whole(spec) or _is_completed(last)):
            self.address, self._adopted, self._state = spec["address"], True, last
            return True
        if spec is not None:
            self._lose(last)
        self.publish()
        backoff = Backoff(0.5, 10.0)
        while self._grace is None:
            if await self._try_setup():
                return True
            self._poke.clear()
            try:
                async with asyncio.timeout(backoff.next()):
                    await self._poke.wait()
            except TimeoutError:
                continue
        await self._remove()
        return False

    async def _is_whole(self, spec: ShimSpec) -> bool:
        """Whether the pod still runs, in the network that it was made for."""
        setup = self._node.setup
        return self._folder.shim_lives() and (
            not spec["netns"] or await asyncio.to_thread(setup.attached, self._uid) is not None
        )

    def _lose(self, last: ShimState | None) -> None:
        """The pod's processes have ended without having been asked to: nothing of what was known holds any more."""
        self._event("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        self._state = after_loss(last, rfc3339(self._node.clock.now()))
        self._adopted = False

    async def _try_setup(self) -> bool:
        try:
            async with self._setting_up:
                if self._grace is not None:
                    return False
                complaints = await self._set_up(restarts_of(self._state))
        except ContainerError as error:
            self._waiting = {error.container: (error.reason, str(error))}
            self._event("Warning", "Failed", str(error), error.container)
        except ConfigError as error:
            self._event("Warning", "FailedMount", str(error))
        except Exception as error:  # whatever it is, the next try may find it mended
            log.exception("pod %s/%s can't be set up", self.pod.metadata.namespace, self.pod.metadata.name)
            self._event("Warning", "FailedCreatePodSandBox", f"Failed to create pod sandbox: {error}")
        else:
            for complaint in complaints:
                self._event("Warning", "InvalidAnnotation", complaint)
            return True
        self.publish()
        return False

    async def _set_up(self, restarts: dict[str, int]) -> list[str]:
        setup = self._node.setup
        await asyncio.to_thread(setup.check, self.pod)
        # A shim that an agent was starting when it ended must not come in between.
        await asyncio.to_thread(setup.kill, self._uid)
        attachment = await asyncio.to_thread(setup.attach, self._uid)
        self.address = str(attachment.address)
        complaints = await asyncio.to_thread(setup.prepare, self.pod, attachment, restarts)
        self._waiting = {}
        await start_shim(self._folder)
        return complaints

    async def _watch(self) -> None:
        """Follow the shim; when it dies without having been asked to, start another."""
        backoff = Backoff(0.1, 10.0)
        while True:
            try:
                async for state in self.shim.watch():
                    await self._observe(state)
                    backoff.reset()
            except ShimError:
                pass
            if self._grace is None and self._folder.shim_lives():
                # It only didn't want to wait for us, who were slow: ask again.
                await self._node.clock.sleep(backoff.next())
                continue
            last = self._folder.read_state()
            if self._grace is not None or _is_completed(last):
                break
            await self._start_again(last)
            await self._node.clock.sleep(backoff.next())
        if last is not None:
            await self._observe(last)
        if self._grace is None:
            await asyncio.to_thread(self._node.setup.detach, self._uid)  # a completed pod keeps its logs only
            await self._end.wait()

    async def _start_again(self, last: ShimState | None) -> None:
        self._lose(last)
        if self._state is not None:
            await self._observe(self._state)
        await self._try_setup()

    async def _finish(self, living: "asyncio.Task[None]") -> None:
        grace = self._grace or 0.0
        async with self._setting_up:
            alive = self._folder.shim_lives()
        if alive and not living.done():
            await self._node.clock.sleep(min(self._node.setup.settings.drain_seconds, grace))
            for name in self._running():
                self._event("Normal", "Killing", f"Stopping container {name}", name)
            await self._stop_shim(self._grace or 0.0)
            try:
                async with asyncio.timeout(grace + _STOP_PATIENCE):
                    await asyncio.shield(living)
            except TimeoutError:
                log.warning("pod %s doesn't end; killing it", self.pod.metadata.name)
        await self._remove()

    async def _stop_shim(self, grace: float) -> None:
        try:
            await self.shim.stop(grace)
        except (ShimError, TimeoutError):
            return

    async def _remove(self) -> None:
        await self._close()
        await asyncio.to_thread(self._node.setup.remove, self._uid)
        self._node.statuses.forget(self._uid)
        await self._node.statuses.delete(self.pod)

    async def _close(self) -> None:
        await self._probes.close()
        await self._tasks.close()

    async def _refresh(self) -> None:
        try:
            await asyncio.to_thread(self._node.setup.refresh, self.pod, self.address)
        except ConfigError as error:
            self._event("Warning", "FailedMount", str(error))

    # What the shim and the probes say.

    async def _observe(self, state: ShimState) -> None:
        before, self._state = self._state, state
        for event in container_events(self.pod.metadata.name, before, state, adopted=self._adopted):
            self._event(event.kind, event.reason, event.message, event.container)
        checks = PodChecks(self.shim, self.address, PASSTHROUGH_SOURCE if captured(self.pod) else "")
        await self._probes.follow(self.pod, state, checks, adopted=self._adopted)
        self._adopted = False
        self.publish()

    def probes_changed(self) -> None:
        """A probe has changed its verdict."""
        self.publish()

    def unhealthy(self, container: str, message: str) -> None:
        """A probe has failed."""
        self._event("Warning", "Unhealthy", message, container)

    def must_restart(self, container: Container, message: str, probe: Probe) -> None:
        """A probe has failed too often."""
        self._event("Normal", "Killing", f"Container {container.name} {message}", container.name)
        spec = self.pod.spec.termination_grace_period_seconds
        grace = spec if probe.termination_grace_period_seconds is None else probe.termination_grace_period_seconds
        self._tasks.start(self._kill(container.name, float(grace)), f"restart of {container.name}")

    async def _kill(self, container: str, grace: float) -> None:
        try:
            await self.shim.kill(container, grace)
        except ShimError as error:
            log.info("container %s: %s", container, error)

    # What the API is told.

    def publish(self) -> None:
        """Tell the API what the pod does now."""
        seen = Observation(
            state=self._state,
            waiting=self._waiting,
            ready=self._probes.ready,
            started=self._probes.started,
            pod_ip=self.address,
            host_ip=self._node.setup.settings.host_ip,
            start_time=self._start_time,
        )
        now = rfc3339(self._node.clock.now())
        self._node.statuses.write(self.pod, lambda pod: build_status(pod, seen, now))

    def _running(self) -> list[str]:
        containers = self._state["containers"] if self._state else {}
        return [name for name, container in containers.items() if container["state"] == "running"]

    def _event(self, kind: str, reason: str, message: str, container: str = "") -> None:
        self._node.events.record(self.pod, kind, reason, message, container)

    def incarnation(self, container: str) -> int:
        """How often the container has been restarted, -1 before it was started."""
        state = self._state["containers"].get(container) if self._state else None
        return state["restarts"] if state and state["log"] else -1

    def is_running(self, container: str) -> bool:
        """Whether the container runs now."""
        return container in self._running()

    @property
    def log_folder(self) -> Path:
        """Where the containers' logs are."""
        return self._folder.path / "log"


def _is_completed(state: ShimState | None) -> bool:
    return state is not None and state["stage"] == "completed"
