"""A pod's shim: process 1 of the pod, alive as long as the pod, whatever becomes of the node agent.

Started as `python -I -S -c 'import sys; sys.path.insert(0, SRC); from lateen.node.shim.main import main; main()'
FOLDER` where FOLDER holds `spec.json`. The starting process ends with status 0 as soon as the socket is open, with
status 1 and a message on stderr when the pod can't be made. All processes of the pod live in the shim's PID namespace,
so the kernel ends them when the shim ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys

from lateen.node.shim import cgroup, linux, rootfs
from lateen.node.shim.control import Control
from lateen.node.shim.loop import Loop
from lateen.node.shim.pod import Pod
from lateen.node.shim.sandbox import Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lateen.node.shim.loop import Timer
    from lateen.node.shim.spec import ShimSpec

LOCK = "lock"
SPEC = "spec.json"
STATE = "state.json"
_OWN_GROUP = "shim"
_WRITE_AGAIN = 1.0


def main() -> None:
    """Start the shim for the pod folder in `sys.argv[1]`, and return when it works."""
    folder = os.path.realpath(sys.argv[1])
    with open(f"{folder}/{SPEC}") as file:
        spec: ShimSpec = json.load(file)
    try:
        lock = _lock(folder)
        if spec["cgroup"] and cgroup.create(f"{spec['cgroup']}/{_OWN_GROUP}"):
            cgroup.join(f"{spec['cgroup']}/{_OWN_GROUP}")
        else:
            spec["cgroup"] = ""
        machine_netns = os.open("/proc/self/ns/net", os.O_RDONLY)
        if spec["netns"]:
            linux.setns(spec["netns"], linux.CLONE_NEWNET)
        linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWPID)
        _fork(folder, spec, lock, machine_netns)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _lock(folder: str) -> int:
    """Taken while the shim lives; the file says which process it is."""
    fd = os.open(f"{folder}/{LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError("the pod has a shim already") from None
    return fd


def _fork(folder: str, spec: ShimSpec, lock: int, machine_netns: int) -> None:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _run(folder, spec, writer, machine_netns)
        os._exit(0)
    os.close(writer)
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{pid}\n".encode(), 0)
    report = os.read(reader, 4096).decode()
    if report != "ready":
        raise OSError(report or "the shim ended while starting; see shim.log")
    os._exit(0)


def _run(folder: str, spec: ShimSpec, writer: int, machine_netns: int) -> None:
    os.setsid()
    try:
        _detach(folder)
        _set_up(spec)
        loop = _serve(folder, spec, machine_netns)
    except OSError as error:
        os.write(writer, str(error).encode())
        return
    os.write(writer, b"ready")
    os.close(writer)
    loop.run()


def _detach(folder: str) -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    log = os.open(f"{folder}/shim.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir("/")


def _set_up(spec: ShimSpec) -> None:
    # Slave, not private: what the machine unmounts must not stay in use here.
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_SLAVE)
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    _release_namespaces()
    linux.sethostname(spec["hostname"][:63])
    for name, value in spec["sysctls"].items():
        with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
            file.write(value)


def _release_namespaces() -> None:
    """Drop this mount namespace's references to other pods' network namespaces, which would outlive them."""
    with open("/proc/self/mountinfo") as table:
        points = [line.split()[4] for line in table if " - nsfs " in line]
    for point in points:
        linux.unmount(point)


class Publisher:
    """Writes each state to the state file, whole or not at all, and to those who watch."""

    def __init__(self, folder: str, loop: Loop) -> None:
        self._folder = folder
        self._loop = loop
        self._again: Timer | None = None
        self.pod: Pod | None = None
        self.control: Control | None = None

    def publish(self) -> None:
        """Take the pod's state now. What a full disk doesn't take is written later, and told at once all the same."""
        if self.pod is None or self.control is None:
            return
        state = json.dumps(self.pod.state()).encode()
        if self._again is not None:
            self._again.cancel()
            self._again = None
        try:
            self._write(state)
        except OSError:
            self._again = self._loop.after(_WRITE_AGAIN, self.publish)
        self.control.publish(state)

    def _write(self, state: bytes) -> None:
        new = f"{self._folder}/{STATE}.new"
        with open(new, "wb") as file:
            file.write(state)
        os.replace(new, f"{self._folder}/{STATE}")


def _serve(folder: str, spec: ShimSpec, machine_netns: int) -> Loop:
    loop = Loop()
    publisher = Publisher(folder, loop)
    kind = rootfs.choose_kind(f"{folder}/rootfs/.trial")
    sandbox = Sandbox(loop, spec, folder, kind, machine_netns)
    pod = Pod(sandbox, publisher.publish, loop.stop)
    control = Control(sandbox, pod)
    control.listen()
    publisher.pod, publisher.control = pod, control
    _handle_signals(loop, sandbox, pod)
    loop.after(0, pod.begin)
    return loop


def _handle_signals(loop: Loop, sandbox: Sandbox, pod: Pod) -> None:
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def received() -> None:
        numbers = os.read(reader, 512)
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            pod.stop(sandbox.spec["grace"])
        sandbox.reap()

    loop.on_readable(reader, received)
