"""Waiting for a mesh to start, and saying what its processes logged when it doesn't."""

import subprocess
import time
from collections.abc import Callable

from lateen.client.paths import CONTROL_PLANE, NODE, SUPERVISOR, MeshPaths

POLL_SECONDS = 0.05
LOG_LINES = 8


class LifecycleError(Exception):
    """The mesh could not be started or stopped; the message says why and what to do."""


class LogTail:
    """What the mesh's own processes log from now on."""

    def __init__(self, paths: MeshPaths) -> None:
        self._files = {name: paths.log_file(name) for name in (SUPERVISOR, CONTROL_PLANE, NODE)}
        self._begin = {name: file.stat().st_size if file.exists() else 0 for name, file in self._files.items()}
        self.folder = paths.logs

    def text(self) -> str:
        """The last lines of each, with the process's name in front."""
        lines: list[str] = []
        for name, file in self._files.items():
            if file.exists():
                fresh = file.read_bytes()[self._begin[name] :].decode(errors="replace")
                lines += [f"{name}: {line}" for line in fresh.splitlines()[-LOG_LINES:]]
        return "\n".join(lines)


def wait_until(
    done: Callable[[], bool], seconds: float, tail: LogTail, process: subprocess.Popen[bytes] | None = None
) -> None:
    """Return as soon as `done()`. Raises LifecycleError after `seconds`, or when `process` has ended before."""
    deadline = time.monotonic() + seconds
    while not done():
        if process is not None and process.poll() is not None:
            raise LifecycleError(f"the mesh's supervisor has ended:\n{tail.text()}")
        if time.monotonic() > deadline:
            raise LifecycleError(f"the mesh is not up after {seconds:.0f} s; see {tail.folder}:\n{tail.text()}")
        time.sleep(POLL_SECONDS)
