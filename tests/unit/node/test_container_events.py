from tests.unit.node.test_pod_status import container, shim

from lateen.node.container_events import container_events


def reasons(before: str | None, now: str, *, adopted: bool = False, **changes: object) -> list[str]:
    earlier = None if before is None else shim(app=container(before))
    later = shim(app=container(now, **changes))
    return [event.reason for event in container_events("web", earlier, later, adopted=adopted)]


def test_starts_and_restarts_are_told_once() -> None:
    assert reasons(None, "running") == ["Started"]
    assert reasons("waiting", "running", started_at="2026-01-01T00:00:09Z") == ["Started"]
    assert reasons("running", "running") == []


def test_what_ran_before_this_agent_is_no_news() -> None:
    assert reasons(None, "running", adopted=True) == []


def test_a_container_that_keeps_failing_is_told_each_time_its_delay_begins() -> None:
    assert reasons("running", "waiting", reason="CrashLoopBackOff") == ["BackOff"]
    before = shim(app=container("waiting", reason="CrashLoopBackOff"))
    assert list(container_events("web", before, before, adopted=False)) == []
