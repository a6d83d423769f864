"""What all parts of one pod's shim share."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.loop import Loop
    from lateen.node.shim.spec import ShimSpec


class Sandbox:
    """One pod's event loop, specification and folder, and who waits for which child process."""

    def __init__(self, loop: Loop, spec: ShimSpec, folder: str, root_kind: str, machine_netns: int) -> None:
        self.loop = loop
        self.spec = spec
        self.folder = folder
        self.root_kind = root_kind
        self.machine_netns = machine_netns
        self._waiting: dict[int, Callable[[int], None]] = {}

    def on_exit(self, pid: int, call: Callable[[int], None]) -> None:
        """Call `call` with the exit code (128 + signal when a signal ended it) once child `pid` has ended."""
        self._waiting[pid] = call

    def reap(self) -> None:
        """Collect every child that has ended, those included that the pod's processes left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if (call := self._waiting.pop(pid, None)) is not None:
                code = os.waitstatus_to_exitcode(status)
                call(code if code >= 0 else 128 - code)

    def in_background(self, work: Callable[[], None]) -> None:
        """Run `work` in a forked child, so that slow work doesn't keep the pod waiting."""
        if os.fork() == 0:
            try:
                work()
            finally:
                os._exit(0)
