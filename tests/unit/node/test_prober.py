from collections.abc import Callable
from typing import Any

from tests.unit.node.resources import make_pod

from lateen.api.container import Container
from lateen.api.probe import Probe
from lateen.lib.clock import FakeClock
from lateen.node.probe import Verdict
from lateen.node.prober import Prober, Streak


class Listener:
    def __init__(self) -> None:
        self.changes = 0
        self.failures: list[str] = []
        self.restarts: list[str] = []

    def probes_changed(self) -> None:
        self.changes += 1

    def unhealthy(self, container: str, message: str) -> None:
        self.failures.append(message)

    def must_restart(self, container: Container, message: str, probe: Probe) -> None:
        self.restarts.append(message)


class Answers:
    """Checks that succeed while `ok` says so."""

    def __init__(self, ok: Callable[[], bool]) -> None:
        self._ok = ok
        self.count = 0
        self.ports: frozenset[int] = frozenset()

    async def check(self, probe: Probe, container: Container) -> Verdict:
        self.count += 1
        return Verdict(self._ok(), "no")

    def listening_ports(self) -> frozenset[int]:
        return self.ports


def prober(clock: FakeClock, ok: Callable[[], bool], known: tuple[bool, bool] = (False, False), **fields: Any):  # type: ignore[no-untyped-def]
    listener = Listener()
    container = make_pod({"name": "app", **fields}).spec.containers[0]
    checks = Answers(ok)
    made = Prober(container, checks, clock, listener, known)
    made.start()
    return made, listener, checks


TCP = {"tcpSocket": {"port": 80}}


async def test_ready_soon_after_it_could_be_whatever_the_period() -> None:
    clock = FakeClock()
    made, listener, _ = prober(clock, lambda: clock.monotonic() > 1, readinessProbe={**TCP, "periodSeconds": 15})
    await clock.advance(0.9)
    assert not made.ready
    await clock.advance(0.4)
    assert made.ready
    assert (listener.changes, listener.failures) == (1, [])
    await made.close()


async def test_unready_after_the_threshold_and_ready_again() -> None:
    clock, answers = FakeClock(), [True]
    made, listener, _ = prober(
        clock, lambda: answers[0], readinessProbe={**TCP, "periodSeconds": 2, "failureThreshold": 2}
    )
    await clock.advance(0)
    answers[0] = False
    await clock.advance(2)
    assert made.ready
    await clock.advance(2)
    assert not made.ready
    assert len(listener.failures) == 2
    answers[0] = True
    await clock.advance(2)
    assert made.ready
    await made.close()


async def test_a_restarted_agent_believes_the_earlier_one_until_disproved() -> None:
    clock = FakeClock()
    made, listener, checks = prober(
        clock, lambda: True, known=(True, True), startupProbe=TCP, readinessProbe={**TCP, "periodSeconds": 5}
    )
    assert (made.started, made.ready) == (True, True)
    await clock.advance(5)
    assert (made.ready, listener.changes, checks.count) == (True, 0, 1)
    await made.close()


async def test_startup_gives_up_after_its_periods() -> None:
    clock = FakeClock()
    made, listener, _ = prober(clock, lambda: False, startupProbe={**TCP, "periodSeconds": 1, "failureThreshold": 3})
    await clock.advance(1.9)
    assert listener.restarts == []
    await clock.advance(0.4)
    assert len(listener.restarts) == 1
    assert not made.started
    await made.close()


async def test_liveness_restarts_once() -> None:
    clock = FakeClock()
    made, listener, _ = prober(
        clock, lambda: clock.monotonic() < 5, livenessProbe={**TCP, "periodSeconds": 1, "failureThreshold": 2}
    )
    await clock.advance(4)
    assert listener.restarts == []
    await clock.advance(10)
    assert len(listener.restarts) == 1
    await made.close()


PORTS = [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]


async def test_without_probes_no_request_comes_before_the_container_listens() -> None:
    clock = FakeClock()
    made, listener, checks = prober(clock, lambda: True, ports=PORTS)
    await clock.advance(1)
    assert not made.ready
    checks.ports = frozenset({80})
    await clock.advance(0.1)
    assert (made.ready, listener.changes, listener.failures, checks.count) == (True, 1, [], 0)
    checks.ports = frozenset()
    await clock.advance(60)
    assert made.ready
    await made.close()


async def test_a_declared_port_that_stays_closed_keeps_nobody_waiting_for_ever() -> None:
    clock = FakeClock()
    made, listener, _ = prober(clock, lambda: True, ports=PORTS)
    await clock.advance(11)
    assert made.ready
    assert ["nothing listens on containerPort 80" in failure for failure in listener.failures] == [True]
    await made.close()


def test_ready_at_once_without_ports_or_when_an_earlier_agent_saw_it_ready() -> None:
    for fields in ({}, {"ports": PORTS, "known": (True, True)}, {"ports": PORTS[1:]}):
        made, _, _ = prober(FakeClock(), lambda: True, **fields)
        assert made.ready


def test_a_streak_counts_equal_results_only() -> None:
    streak = Streak(Probe(failure_threshold=2, success_threshold=2), value=True)
    assert [streak.take(ok) for ok in (False, True, False, False, True, False, True, True)] == [
        *(True, True, True, False),
        *(False, False, False, True),
    ]
