"""What is left of a pod whose shim has died, and all its processes with it."""

from lateen.node.shim.spec import ContainerState, ShimState, Termination

_KILLED = 137


def after_loss(state: ShimState | None, now: str) -> ShimState | None:
    """The last state a shim has written, put right: nothing runs any more, everything is to be started again."""
    if state is None:
        return None
    containers = {name: _container(each, now) for name, each in state["containers"].items()}
    return {**state, "stage": "init", "init_done": False, "containers": containers}


def restarts_of(state: ShimState | None) -> dict[str, int]:
    """How often each container has been restarted, for the shim that comes next; one that never ran was not."""
    return {name: each["restarts"] - (not each["log"]) for name, each in state["containers"].items()} if state else {}


def _container(state: ContainerState, now: str) -> ContainerState:
    ran = state["state"] == "running"
    return {
        **state,
        "state": "waiting",
        "reason": "ContainerCreating",
        "message": "",
        "pid": 0,
        "started": False,
        "terminated": None,
        "last": _killed(state["started_at"], now) if ran else state["terminated"] or state["last"],
    }


def _killed(started_at: str, now: str) -> Termination:
    return {
        "exit_code": _KILLED,
        "signal": _KILLED - 128,
        "reason": "ContainerStatusUnknown",
        "message": "its processes were killed, or the machine was restarted",
        "started_at": started_at,
        "finished_at": now,
    }
