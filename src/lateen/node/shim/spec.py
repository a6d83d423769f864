"""The two JSON documents between the node agent and a pod's shim: what to run, and what became of it.

Only types: the shim starts often and must start fast, so it doesn't import this module at run time.
"""

from typing import TypedDict


class HttpCall(TypedDict):
    """An HTTP request to 127.0.0.1 inside the pod."""

    port: int
    path: str


class MountSpec(TypedDict):
    """A file or folder of the machine made visible in a container; the source `machine-netns` is the file of the
    machine's network namespace."""

    source: str
    target: str
    read_only: bool


class LimitSpec(TypedDict):
    """`cpu` in thousandths of a core, `memory` in bytes; 0 is no limit."""

    cpu: int
    memory: int


class ContainerSpec(TypedDict):
    """One container, everything resolved. `role` is `init`, `sidecar` (started before, stopped after the apps) or
    `app`; a `native` sidecar takes its turn among the init containers."""

    name: str
    role: str
    native: bool
    argv: list[str]
    env: dict[str, str]
    cwd: str
    mounts: list[MountSpec]
    uid: int
    gid: int
    groups: list[int]
    capabilities: list[str]
    drop_capabilities: list[str]
    privileged: bool
    read_only_root: bool
    limits: LimitSpec
    gate: HttpCall | None
    drain: HttpCall | None
    drain_seconds: float
    post_start: list[str]
    pre_stop: list[str]
    pre_stop_http: HttpCall | None
    pre_stop_sleep: float


class ShimSpec(TypedDict):
    """One pod. `mounts` go into every container; `hide` are folders no container may see; `keep` are paths that must
    be readable in every container although they may live on another mount."""

    uid: str
    name: str
    namespace: str
    hostname: str
    netns: str
    address: str
    cgroup: str
    grace: float
    restart_policy: str
    sysctls: dict[str, str]
    hide: list[str]
    keep: list[str]
    mounts: list[MountSpec]
    containers: list[ContainerSpec]
    restarts: dict[str, int]


class Termination(TypedDict):
    """How an incarnation of a container ended; times are RFC 3339."""

    exit_code: int
    signal: int
    reason: str
    message: str
    started_at: str
    finished_at: str


class ContainerState(TypedDict):
    """`state` is `waiting`, `running` or `terminated`; `pid` is in the pod's PID namespace; `started` says whether its
    start gate has opened; `log` is the current incarnation's log file below `log/<container>/`."""

    state: str
    reason: str
    message: str
    pid: int
    started: bool
    started_at: str
    restarts: int
    terminated: Termination | None
    last: Termination | None
    log: str


class ShimState(TypedDict):
    """`stage` is `init`, `running`, `stopping`, `completed` (nothing will run again) or `stopped`; `root` says how
    root file systems are made: `overlay`, `overlay in memory` or `read-only`."""

    stage: str
    root: str
    init_done: bool
    containers: dict[str, ContainerState]
