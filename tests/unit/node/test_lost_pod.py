from tests.unit.node.resources import make_pod
from tests.unit.node.test_pod_status import ENDED, conditions, container, shim

from lateen.node.lost_pod import after_loss, restarts_of
from lateen.node.pod_status import Observation, build_status

NOW = "2026-01-01T00:01:00Z"


def test_a_pod_whose_processes_are_gone_is_not_shown_as_ready() -> None:
    before = shim(app=container("running", restarts=2))
    status = build_status(make_pod(), Observation(state=after_loss(before, NOW), pod_ip="10.0.0.9"), NOW)
    assert status["phase"] == "Pending"
    assert conditions(status)["Ready"] == "False"
    (app,) = status["containerStatuses"]
    assert "waiting" in app["state"]
    assert app["restartCount"] == 2
    assert (app["lastState"]["terminated"]["exitCode"], app["lastState"]["terminated"]["finishedAt"]) == (137, NOW)


def test_what_had_ended_before_is_remembered_as_it_ended() -> None:
    state = after_loss(shim(app=container("terminated", terminated=ENDED)), NOW)
    assert state is not None
    assert state["containers"]["app"]["last"] == ENDED
    assert after_loss(None, NOW) is None


def test_restarts_are_counted_on_and_what_never_ran_was_not_restarted() -> None:
    # The next shim counts from one more.
    state = shim(app=container("running", restarts=2), late=container("waiting", restarts=0, log=""))
    assert restarts_of(state) == {"app": 2, "late": -1}
    assert restarts_of(after_loss(after_loss(state, NOW), NOW)) == {"app": 2, "late": -1}
    assert restarts_of(None) == {}
