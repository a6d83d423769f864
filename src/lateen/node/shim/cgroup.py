"""Control groups: one tree per mesh, one group per pod, one leaf per container.

Processes are tracked in cgroup v2, wherever it is mounted; limits go to v2 controllers, or to v1's where the machine
keeps those there. A machine without cgroup v2 runs pods without limits: their PID namespace still ends them.
"""

from __future__ import annotations

import os
import signal
import time

_MOUNTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
_V1 = {"cpu": "/sys/fs/cgroup/cpu", "memory": "/sys/fs/cgroup/memory"}
_PERIOD = 100_000


def unified_root() -> str:
    """Where cgroup v2 is mounted, "" if nowhere."""
    return next((m for m in _MOUNTS if os.path.exists(m + "/cgroup.controllers")), "")


def create(path: str) -> bool:
    """Make the group `path` (relative to the root) and hand it the controllers; False without cgroup v2."""
    root = unified_root()
    if not root:
        return False
    current = root
    for part in path.split("/"):
        for controller in ("cpu", "memory"):
            _write(current + "/cgroup.subtree_control", f"+{controller}")
        current = f"{current}/{part}"
        os.makedirs(current, exist_ok=True)
    return True


def join(path: str) -> None:
    """Move this process into the group `path`."""
    for root in (unified_root(), *_V1.values()):
        procs = f"{root}/{path}/cgroup.procs"
        if root and os.path.exists(procs):
            _write(procs, "0")


def limit(path: str, cpu: int, memory: int) -> None:
    """Limit the group to `cpu` thousandths of a core and `memory` bytes (0: no limit), where controllers exist."""
    root = unified_root()
    if cpu:
        quota = cpu * _PERIOD // 1000
        if not (root and _write(f"{root}/{path}/cpu.max", f"{quota} {_PERIOD}")):
            _limit_v1("cpu", path, "cpu.cfs_quota_us", str(quota))
    if memory and not (root and _write(f"{root}/{path}/memory.max", str(memory))):
        _limit_v1("memory", path, "memory.limit_in_bytes", str(memory))


def _limit_v1(controller: str, path: str, name: str, value: str) -> None:
    base = _V1[controller]
    if not os.path.exists(base + "/cgroup.procs"):
        return
    try:
        os.makedirs(f"{base}/{path}", exist_ok=True)
    except OSError:
        return
    _write(f"{base}/{path}/{name}", value)


def out_of_memory_kills(path: str) -> int:
    """How many processes of the group the kernel has killed for want of memory."""
    for name in (f"{unified_root()}/{path}/memory.events", f"{_V1['memory']}/{path}/memory.oom_control"):
        for line in _read(name).splitlines():
            word, _, count = line.partition(" ")
            if word == "oom_kill" and count.isdigit():
                return int(count)
    return 0


def pids(path: str) -> list[int]:
    """The processes in the group and below it, as this PID namespace sees them."""
    root = unified_root()
    found: list[int] = []
    for folder, _, _ in os.walk(f"{root}/{path}") if root else ():
        found += [int(word) for word in _read(folder + "/cgroup.procs").split() if word != "0"]
    return found


def kill(path: str) -> None:
    """SIGKILL everything in the group and below it."""
    root = unified_root()
    if not root or _write(f"{root}/{path}/cgroup.kill", "1"):
        return
    for pid in pids(path):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def remove(path: str, patience: float = 2.0) -> bool:
    """Remove the group and those below it; waits up to `patience` seconds for killed processes. True when gone."""
    deadline = time.monotonic() + patience
    while True:
        left = [base for base in (unified_root(), *_V1.values()) if base and not _remove_tree(f"{base}/{path}")]
        if not left:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)


def children(path: str) -> list[str]:
    """The names of the groups right below `path`, in every hierarchy."""
    names: set[str] = set()
    for base in (unified_root(), *_V1.values()):
        if base and os.path.isdir(f"{base}/{path}"):
            names |= {entry.name for entry in os.scandir(f"{base}/{path}") if entry.is_dir()}
    return sorted(names)


def _remove_tree(folder: str) -> bool:
    if not os.path.isdir(folder):
        return True
    try:
        for current, _, _ in os.walk(folder, topdown=False):
            os.rmdir(current)
    except OSError:
        return not os.path.isdir(folder)
    return True


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> bool:
    try:
        fd = os.open(path, os.O_WRONLY)
    except OSError:
        return False
    try:
        os.write(fd, text.encode())
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
