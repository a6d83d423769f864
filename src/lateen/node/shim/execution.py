"""A further program in a running container: `exec`, probes, `preStop` and `postStart`."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import termios

from lateen.node.shim import cgroup, identity, linux, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.container import Container
    from lateen.node.shim.sandbox import Sandbox

    Files = tuple[int, int, int]


class Execution:
    """`argv` in the container's namespaces, control group, environment and identity.

    `done` gets the exit code and, when the program could not be started, the reason. With `terminal` the program gets
    a terminal of the container as its standard files, whose other end is sent over that socket.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        container: Container,
        argv: list[str],
        done: Callable[[int, str], None],
        files: Files | None = None,
        terminal: socket.socket | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._container = container
        self._terminal = terminal
        self._done = done
        self._failure: str | None = None
        self._code: int | None = None
        null = os.open("/dev/null", os.O_RDWR)
        self._start = process.start(self._prepare, argv, container.environment(terminal), files or (null, null, null))
        os.close(null)
        sandbox.on_exit(self._start.pid, self._ended)
        sandbox.loop.on_readable(self._start.report, self._reported)

    def _prepare(self) -> None:
        container = self._container
        cgroup.join(container.group)
        linux.setns(f"/proc/{container.pid}/ns/mnt", linux.CLONE_NEWNS)
        if self._terminal is not None:
            _take_terminal(self._terminal)
        os.chdir(container.spec["cwd"])
        identity.assume(container.spec)

    def _reported(self) -> None:
        self._sandbox.loop.forget(self._start.report)
        self._failure = self._start.failure()
        self._finish()

    def _ended(self, code: int) -> None:
        self._code = code
        self._finish()

    def _finish(self) -> None:
        if self._code is not None and self._failure is not None:
            self._done(self._code, self._failure)

    def kill(self) -> None:
        """End the program and what it has started in its session."""
        if self._code is None:
            try:
                os.killpg(self._start.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def _take_terminal(channel: socket.socket) -> None:
    ours, theirs = os.openpty()
    socket.send_fds(channel, [b'{"terminal":true}'], [ours])
    os.close(ours)
    fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(theirs, fd)
    os.close(theirs)
