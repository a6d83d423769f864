from dataclasses import replace

import msgspec
from tests.unit.node.resources import make_pod

from lateen.api.pod import PodStatus
from lateen.node.pod_status import Observation, build_status
from lateen.node.shim.spec import ContainerState, ShimState, Termination

ENDED: Termination = {
    "exit_code": 3,
    "signal": 0,
    "reason": "Error",
    "message": "",
    "started_at": "2026-01-01T00:00:00Z",
    "finished_at": "2026-01-01T00:00:01Z",
}


def container(state: str, **changes: object) -> ContainerState:
    base: ContainerState = {
        "state": state,
        "reason": "",
        "message": "",
        "pid": 2,
        "started": state == "running",
        "started_at": "2026-01-01T00:00:00Z",
        "restarts": 0,
        "terminated": None,
        "last": None,
        "log": "0.log",
    }
    base.update(changes)  # type: ignore[typeddict-item]
    return base


def shim(stage: str = "running", **containers: ContainerState) -> ShimState:
    return {"stage": stage, "root": "overlay", "init_done": stage != "init", "containers": containers}


def conditions(status: dict[str, object]) -> dict[str, str]:
    return {c.type: c.status for c in msgspec.convert(status, PodStatus).conditions}


def test_before_anything_runs() -> None:
    status = build_status(make_pod(), Observation(), "now")
    assert status["phase"] == "Pending"
    assert status["containerStatuses"][0]["state"] == {"waiting": {"reason": "ContainerCreating"}}
    assert conditions(status)["Ready"] == "False"
    assert conditions(status)["PodScheduled"] == "True"


def test_running_and_ready() -> None:
    seen = Observation(state=shim(app=container("running")), pod_ip="10.0.0.9", host_ip="10.0.0.1")
    status = build_status(make_pod(), seen, "now")
    assert (status["phase"], status["podIP"], status["podIPs"]) == ("Running", "10.0.0.9", ({"ip": "10.0.0.9"},))
    assert set(conditions(status).values()) == {"True"}
    unready = build_status(make_pod(), replace(seen, ready={"app": False}), "now")
    assert conditions(unready)["Ready"] == conditions(unready)["ContainersReady"] == "False"
    assert "containers with unready status: [app]" in str(unready["conditions"])


def test_conditions_keep_their_time_until_they_change() -> None:
    pod = make_pod()
    first = build_status(pod, Observation(), "first")
    pod = msgspec.structs.replace(pod, status=msgspec.convert(first, PodStatus))
    second = build_status(pod, Observation(state=shim(app=container("running"))), "second")
    times = {c["type"]: c["lastTransitionTime"] for c in second["conditions"]}
    assert (times["PodScheduled"], times["Ready"]) == ("first", "second")


def test_a_crash_loop() -> None:
    state = container("waiting", reason="CrashLoopBackOff", message="back-off 2s", restarts=3, last=ENDED)
    status = build_status(make_pod(), Observation(state=shim(app=state)), "now")["containerStatuses"][0]
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert (status["restartCount"], status["ready"]) == (3, False)


def test_ends() -> None:
    good = Termination(**{**ENDED, "exit_code": 0, "reason": "Completed"})
    for ending, phase in ((good, "Succeeded"), (ENDED, "Failed")):
        seen = Observation(state=shim("completed", app=container("terminated", terminated=ending)))
        assert build_status(make_pod(), seen, "now")["phase"] == phase


def test_waiting_for_init_containers() -> None:
    pod = make_pod({"name": "app"}, initContainers=[{"name": "first"}])
    seen = Observation(
        state=shim("init", first=container("running"), app=container("waiting", reason="ContainerCreating", log=""))
    )
    status = build_status(pod, seen, "now")
    assert status["phase"] == "Pending"
    assert status["containerStatuses"][0]["state"]["waiting"]["reason"] == "PodInitializing"
    assert conditions(status)["Initialized"] == "False"
