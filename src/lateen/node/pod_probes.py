"""The probes of one pod: a prober for each container that runs, another one for its next incarnation."""

from lateen.api.pod import Pod
from lateen.lib.clock import Clock
from lateen.node.probe import Checks
from lateen.node.prober import ProbeListener, Prober
from lateen.node.shim.spec import ContainerState, ShimState

Incarnation = tuple[int, str]


class PodProbes:
    """Starts and ends probers as containers start and end; `listener` is told what they find."""

    def __init__(self, clock: Clock, listener: ProbeListener) -> None:
        self._clock = clock
        self._listener = listener
        self._probers: dict[str, tuple[Incarnation, Prober]] = {}

    @property
    def ready(self) -> dict[str, bool]:
        """Whether each container that runs is ready."""
        return {name: prober.ready for name, (_, prober) in self._probers.items()}

    @property
    def started(self) -> dict[str, bool]:
        """Whether each container that runs has started up."""
        return {name: prober.started for name, (_, prober) in self._probers.items()}

    async def follow(self, pod: Pod, state: ShimState, checks: Checks, *, adopted: bool) -> None:
        """Probe what runs by `state`. For an `adopted` pod the API's verdicts hold until they are disproved."""
        for container in (*pod.spec.init_containers, *pod.spec.containers):
            now = state["containers"].get(container.name)
            incarnation = (now["restarts"], now["started_at"]) if now and now["state"] == "running" else None
            old = self._probers.get(container.name)
            if old is not None and old[0] != incarnation:
                await old[1].close()
                del self._probers[container.name]
                old = None
            if now is not None and incarnation is not None and old is None:
                known = _verdicts(pod, container.name, now) if adopted else (False, False)
                prober = Prober(container, checks, self._clock, self._listener, known)
                self._probers[container.name] = (incarnation, prober)
                prober.start()

    async def close(self) -> None:
        """End all probes."""
        for _, prober in self._probers.values():
            await prober.close()
        self._probers.clear()


def _verdicts(pod: Pod, name: str, now: ContainerState) -> tuple[bool, bool]:
    """(started, ready) as the API says an earlier agent has found them for the same incarnation."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    status = next((s for s in statuses if s.name == name), None)
    same = status is not None and status.restart_count == now["restarts"]
    return (bool(status.started), status.ready) if status is not None and same else (False, False)
