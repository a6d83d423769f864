"""A pod's status from what its shim and its probes say, in kubelet's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from lateen.api.container import Container
from lateen.api.meta import Condition, JsonObject
from lateen.api.pod import (
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    HostIP,
    Pod,
    PodIP,
    PodStatus,
)
from lateen.node.shim.spec import ContainerState as ShimContainer
from lateen.node.shim.spec import ShimState, Termination


@dataclass(frozen=True, slots=True)
class Observation:
    """What the node knows about a pod at one moment.

    `waiting` says why containers can't be started, by container name; `ready` and `started` are the probes' verdicts,
    for containers that have such probes.
    """

    state: ShimState | None = None
    waiting: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ready: Mapping[str, bool] = field(default_factory=dict)
    started: Mapping[str, bool] = field(default_factory=dict)
    pod_ip: str = ""
    host_ip: str = ""
    start_time: str = ""


def build_status(pod: Pod, seen: Observation, now: str) -> JsonObject:
    """The status document; conditions keep their times while they don't change."""
    init = tuple(_container_status(c, seen, init=True) for c in pod.spec.init_containers)
    apps = tuple(_container_status(c, seen, init=False) for c in pod.spec.containers)
    phase = _phase(pod, seen, init, apps)
    status = PodStatus(
        phase=phase,
        conditions=_conditions(pod, seen, phase, init, apps, now),
        host_ip=seen.host_ip,
        host_ips=(HostIP(ip=seen.host_ip),) if seen.host_ip else (),
        pod_ip=seen.pod_ip,
        pod_ips=(PodIP(ip=seen.pod_ip),) if seen.pod_ip else (),
        start_time=seen.start_time,
        init_container_statuses=init,
        container_statuses=apps,
        qos_class=_quality(pod),
    )
    document: JsonObject = msgspec.to_builtins(status)
    for group, statuses in (("initContainerStatuses", init), ("containerStatuses", apps)):
        for each, container in zip(document.get(group, ()), statuses, strict=True):
            # Shown although they may have their defaults: clients read them.
            each |= {"ready": container.ready, "restartCount": container.restart_count}
            for state in (each.get("state", {}), each.get("lastState", {})):
                if "terminated" in state:
                    state["terminated"].setdefault("exitCode", 0)
    return document


def _container_status(container: Container, seen: Observation, *, init: bool) -> ContainerStatus:
    name = container.name
    state = seen.state["containers"].get(name) if seen.state else None
    native = container.restart_policy == "Always" and init
    running = state is not None and state["state"] == "running"
    started = running and state is not None and state["started"] and seen.started.get(name, True)
    done = state is not None and state["terminated"] is not None and state["terminated"]["exit_code"] == 0
    ready = started and seen.ready.get(name, True) if (native or not init) else done
    return ContainerStatus(
        name=name,
        image=container.image,
        image_id=f"local://{container.image}" if state else "",
        state=_state(name, state, seen),
        last_state=ContainerState(terminated=_terminated(state["last"])) if state else ContainerState(),
        ready=bool(ready),
        started=bool(started),
        restart_count=state["restarts"] if state else 0,
    )


def _state(name: str, state: ShimContainer | None, seen: Observation) -> ContainerState:
    if name in seen.waiting:
        reason, message = seen.waiting[name]
        return ContainerState(waiting=ContainerStateWaiting(reason=reason, message=message))
    if state is None:
        return ContainerState(waiting=ContainerStateWaiting(reason="ContainerCreating"))
    if state["state"] == "running":
        return ContainerState(running=ContainerStateRunning(started_at=state["started_at"]))
    if state["terminated"]:
        return ContainerState(terminated=_terminated(state["terminated"]))
    initial = seen.state is not None and state["reason"] == "ContainerCreating" and not seen.state["init_done"]
    reason = "PodInitializing" if initial else state["reason"]
    return ContainerState(waiting=ContainerStateWaiting(reason=reason, message=state["message"]))


def _terminated(termination: Termination | None) -> ContainerStateTerminated | None:
    if termination is None:
        return None
    return ContainerStateTerminated(
        exit_code=termination["exit_code"],
        signal=termination["signal"],
        reason=termination["reason"],
        message=termination["message"],
        started_at=termination["started_at"],
        finished_at=termination["finished_at"],
    )


def _phase(pod: Pod, seen: Observation, init: tuple[ContainerStatus, ...], apps: tuple[ContainerStatus, ...]) -> str:
    if seen.state is None:
        return "Pending"
    if seen.state["stage"] == "completed":
        ended = [s.state.terminated for s in (*init, *_without_proxy(apps)) if s.state.terminated]
        return "Failed" if any(t.exit_code for t in ended) else "Succeeded"
    begun = any(s.state.running or s.state.terminated or s.last_state.terminated for s in apps)
    return "Running" if begun and seen.state["init_done"] else "Pending"


def _without_proxy(statuses: tuple[ContainerStatus, ...]) -> tuple[ContainerStatus, ...]:
    apps = tuple(s for s in statuses if s.name != "istio-proxy")
    return apps or statuses


def _conditions(
    pod: Pod,
    seen: Observation,
    phase: str,
    init: tuple[ContainerStatus, ...],
    apps: tuple[ContainerStatus, ...],
    now: str,
) -> tuple[Condition, ...]:
    initialized = not init or (seen.state is not None and seen.state["init_done"])
    over = "PodCompleted" if phase in {"Succeeded", "Failed"} else ""
    unready = [s.name for s in apps if not s.ready]
    reason = over or ("ContainersNotReady" if unready else "")
    message = f"containers with unready status: [{' '.join(unready)}]" if unready and not over else ""
    waiting = [s.name for s in init if not s.ready]
    gates = [gate.condition_type for gate in pod.spec.readiness_gates]
    closed = [g for g in gates if not any(c.type == g and c.status == "True" for c in pod.status.conditions)]
    gated = f'corresponding condition of pod readiness gate "{closed[0]}" is not "True".' if closed else ""
    wanted = (
        _condition("PodReadyToStartContainers", bool(seen.pod_ip) and not over),
        _condition(
            "Initialized",
            initialized,
            "" if initialized else "ContainersNotInitialized",
            "" if initialized else f"containers with incomplete status: [{' '.join(waiting)}]",
        ),
        _condition(
            "Ready", not unready and not gated, reason or ("ReadinessGatesNotReady" if gated else ""), message or gated
        ),
        _condition("ContainersReady", not unready, reason, message),
        _condition("PodScheduled", value=True),
    )
    others = tuple(c for c in pod.status.conditions if c.type in gates)
    return (*others, *(_timed(c, pod.status.conditions, now) for c in wanted))


def _condition(kind: str, value: bool, reason: str = "", message: str = "") -> Condition:
    return Condition(type=kind, status="True" if value else "False", reason=reason, message=message)


def _timed(condition: Condition, before: tuple[Condition, ...], now: str) -> Condition:
    old = next((c for c in before if c.type == condition.type and c.status == condition.status), None)
    return msgspec.structs.replace(condition, last_transition_time=old.last_transition_time if old else now)


def _quality(pod: Pod) -> str:
    every = (*pod.spec.init_containers, *pod.spec.containers)
    resources = [container.resources for container in every]
    if not any(r.requests or r.limits for r in resources):
        return "BestEffort"
    guaranteed = all({"cpu", "memory"} <= set(r.limits) and r.requests in ({}, r.limits) for r in resources)
    return "Guaranteed" if guaranteed else "Burstable"
