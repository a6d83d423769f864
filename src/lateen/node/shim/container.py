"""One container of a pod: starting, ending, starting again."""

from __future__ import annotations

import os
import signal
import time

from lateen.node.shim import cgroup, identity, process, rootfs
from lateen.node.shim.execution import Execution
from lateen.node.shim.http_call import Request
from lateen.node.shim.log_file import LogFile
from lateen.node.shim.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.loop import Timer
    from lateen.node.shim.sandbox import Sandbox
    from lateen.node.shim.spec import ContainerSpec, ContainerState, Termination

_LONGEST_DELAY = 60.0
_STABLE = 600.0
_GATE_PERIOD = 0.05


def restart_delay(failures: int) -> float:
    """Seconds before the restart after `failures` ends in a row: 0, 1, 2, 4 … 60."""
    return 0.0 if failures <= 1 else min(2.0 ** (failures - 2), _LONGEST_DELAY)


class Container:
    """Runs one container and keeps its state; `changed` is called after every change of `state()`."""

    def __init__(self, spec: ContainerSpec, sandbox: Sandbox, changed: Callable[[], None]) -> None:
        self.spec = spec
        self.group = f"{sandbox.spec['cgroup']}/{spec['name']}" if sandbox.spec["cgroup"] else ""
        self.pid = 0
        self.begun = False
        self.gate_open = False
        self.terminated: Termination | None = None
        self._sandbox = sandbox
        self._changed = changed
        self._restarts = sandbox.spec["restarts"].get(spec["name"], -1) + 1
        self._incarnation = self._restarts
        self._last: Termination | None = None
        self._reason, self._message = "ContainerCreating", ""
        self._started_at, self._started = "", 0.0
        self._failures = 0
        self._stopping = False
        self._start: process.Start | None = None
        self._start_failure = ""
        self._output: Output | None = None
        self._restart_timer: Timer | None = None
        self._kill_timer: Timer | None = None
        self._oom_kills = 0

    @property
    def alive(self) -> bool:
        """Whether a process of the container exists."""
        return self._start is not None

    @property
    def running(self) -> bool:
        """Whether the program itself has been started."""
        return self.pid != 0

    @property
    def will_restart(self) -> bool:
        """Whether a restart is planned."""
        return self._restart_timer is not None

    def state(self) -> ContainerState:
        """What the node agent is told."""
        name = "running" if self.running else "terminated" if self.terminated else "waiting"
        return {
            "state": name,
            "reason": self._reason if name == "waiting" else "",
            "message": self._message if name == "waiting" else "",
            "pid": self.pid,
            "started": self.gate_open,
            "started_at": self._started_at if self.running else "",
            "restarts": self._restarts,
            "terminated": self.terminated,
            "last": self._last,
            "log": f"{self._incarnation}.log" if self.begun else "",
        }

    def environment(self, terminal: object = None) -> dict[str, str]:
        """The environment of programs in this container."""
        return self.spec["env"] | ({"TERM": "xterm"} if terminal is not None else {})

    def start(self) -> None:
        """Start the container for the first time or again."""
        self._restart_timer = None
        if self.begun:
            self._restarts += 1
        self.begun, self.gate_open, self._stopping = True, False, False
        self._last, self.terminated = self.terminated or self._last, None
        self._incarnation = self._restarts
        try:
            self._launch()
        except OSError as failure:  # no process, pipe or file is to be had: that may pass, so the pod must go on
            self._not_launched(str(failure))

    def _launch(self) -> None:
        sandbox, name = self._sandbox, self.spec["name"]
        root = f"{sandbox.folder}/rootfs/{name}.{self._restarts}"
        sandbox.in_background(lambda: _remove_older(f"{sandbox.folder}/rootfs", name, self._restarts))
        self._make_group()
        log = LogFile(f"{sandbox.folder}/log/{name}", self._incarnation)
        self._output = Output(sandbox.loop, log, (self.spec["uid"], self.spec["gid"]))
        null = os.open("/dev/null", os.O_RDONLY)
        files = (null, *self._output.writers)
        try:
            self._start = process.start(lambda: self._prepare(root), self.spec["argv"], self.environment(), files)  # type: ignore[arg-type]
        finally:
            os.close(null)
        self._output.close_writers()
        sandbox.on_exit(self._start.pid, self._ended)
        sandbox.loop.on_readable(self._start.report, self._reported)

    def _not_launched(self, reason: str) -> None:
        if self._output is not None:
            self._output.close()
        self._start_failure = reason
        self.terminated = self._termination(0)
        self._start_failure = ""
        self._failures += 1
        self._sandbox.loop.after(0, self._changed)

    def _make_group(self) -> None:
        if self.group and cgroup.create(self.group):
            cgroup.limit(self.group, self.spec["limits"]["cpu"], self.spec["limits"]["memory"])
            self._oom_kills = cgroup.out_of_memory_kills(self.group)

    def _prepare(self, root: str) -> None:
        if self.group:
            cgroup.join(self.group)
        rootfs.enter(self._sandbox.root_kind, root, self._sandbox.spec, self.spec, self._sandbox.machine_netns)
        if not os.path.isdir(self.spec["cwd"]):
            os.makedirs(self.spec["cwd"])
        os.chdir(self.spec["cwd"])
        identity.assume(self.spec)

    def _reported(self) -> None:
        assert self._start is not None  # noqa: S101 - the report belongs to it
        self._sandbox.loop.forget(self._start.report)
        self._start_failure = self._start.failure()
        if self._start_failure:
            return  # the child ends by itself
        self.pid = self._start.pid
        self._started, self._started_at = time.monotonic(), _now()
        self._check_gate()
        if self.spec["post_start"]:
            Execution(self._sandbox, self, self.spec["post_start"], self._post_started)
        self._changed()

    def _post_started(self, code: int, failure: str) -> None:
        if (code or failure) and self.running:
            self.kill()

    def _check_gate(self) -> None:
        gate = self.spec["gate"]
        if gate is None:
            self.gate_open = True
        elif self.running and not self.gate_open:
            Request(self._sandbox.loop, gate, "GET", self._gate_checked)

    def _gate_checked(self, ok: bool) -> None:
        if ok and self.running:
            self.gate_open = True
            self._changed()
        else:
            self._sandbox.loop.after(_GATE_PERIOD, self._check_gate)

    def _ended(self, code: int) -> None:
        assert self._start is not None  # noqa: S101 - it was running
        assert self._output is not None  # noqa: S101 - opened with it
        if self.pid == 0 and not self._start_failure:
            self._sandbox.loop.forget(self._start.report)
            self._start_failure = self._start.failure()
        if self.group:
            cgroup.kill(self.group)
        self._output.close()
        self.terminated = self._termination(code)
        ran = time.monotonic() - self._started if self.pid else 0.0
        self._failures = 1 if ran > _STABLE else self._failures + 1
        self._start, self.pid, self._start_failure = None, 0, ""
        if self._kill_timer:
            self._kill_timer.cancel()
        self._changed()

    def _termination(self, code: int) -> Termination:
        reason = "Completed" if code == 0 else "Error"
        if self._start_failure:
            code, reason = 128, "StartError"
        elif self.group and cgroup.out_of_memory_kills(self.group) > self._oom_kills:
            reason = "OOMKilled"
        return {
            "exit_code": code,
            "signal": code - 128 if code > 128 else 0,
            "reason": reason,
            "message": self._start_failure,
            "started_at": self._started_at if self.pid else _now(),
            "finished_at": _now(),
        }

    def restart_later(self) -> None:
        """Start it again after the delay that its failures so far ask for."""
        delay = restart_delay(self._failures)
        if delay:
            self._last, self.terminated = self.terminated, None
            self._reason = "CrashLoopBackOff"
            self._message = f"back-off {delay:.0f}s restarting failed container={self.spec['name']}"
        self._restart_timer = self._sandbox.loop.after(delay, self.start)

    def cancel_restart(self) -> None:
        """Don't start it again; a container waiting for that has ended as it did last time."""
        if self._restart_timer:
            self._restart_timer.cancel()
            self._restart_timer = None
            self.terminated, self._last = self.terminated or self._last, None

    def stop(self, grace: float) -> None:
        """Run `preStop`, then send SIGTERM, then, `grace` seconds from now at the latest, SIGKILL."""
        if not self.alive or self._stopping:
            return
        self._stopping = True
        self._kill_timer = self._sandbox.loop.after(grace, self.kill)
        hook, loop = self.spec["pre_stop"], self._sandbox.loop
        if self.running and hook:
            Execution(self._sandbox, self, hook, lambda code, failure: self._terminate())
        elif self.running and (call := self.spec["pre_stop_http"]):
            Request(loop, call, "GET", lambda ok: self._terminate())
        elif self.spec["pre_stop_sleep"]:
            loop.after(min(self.spec["pre_stop_sleep"], grace), self._terminate)
        else:
            self._terminate()

    def _terminate(self) -> None:
        if self._start is not None:
            _signal(self._start.pid, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL everything in the container."""
        if self._start is not None:
            _signal(self._start.pid, signal.SIGKILL)
        if self.group:
            cgroup.kill(self.group)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _remove_older(folder: str, name: str, incarnation: int) -> None:
    import shutil  # noqa: PLC0415 - slow to import, and this is a child of its own

    for entry in os.listdir(folder):
        owner, _, number = entry.rpartition(".")
        # Only older ones: when this child gets to run, a younger incarnation may have been made already.
        if owner == name and int(number) < incarnation:
            shutil.rmtree(f"{folder}/{entry}", ignore_errors=True)
