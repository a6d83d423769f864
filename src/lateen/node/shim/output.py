"""Carries what a container writes into its log."""

from __future__ import annotations

import os
import time

from lateen.node.shim.log_file import LineSplitter, LogFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lateen.node.shim.loop import Loop

_CHUNK = 65536


class Output:
    """The two pipes of one incarnation of a container and the log they end in."""

    def __init__(self, loop: Loop, log: LogFile, owner: tuple[int, int]) -> None:
        """`owner` is (uid, gid) of the container, which may then also open /dev/stdout by name."""
        self._loop = loop
        self.log = log
        self._splitters: dict[int, LineSplitter] = {}
        self.writers: list[int] = []
        for stream in (b"stdout", b"stderr"):
            reader, writer = os.pipe()
            os.set_blocking(reader, False)
            os.fchown(writer, *owner)
            self._splitters[reader] = LineSplitter(log, stream)
            self.writers.append(writer)
            loop.on_readable(reader, lambda fd=reader: self._readable(fd))  # type: ignore[misc]

    def close_writers(self) -> None:
        """The container has its ends of the pipes: close ours."""
        while self.writers:
            os.close(self.writers.pop())

    def _readable(self, fd: int) -> None:
        self._read(fd)

    def _read(self, fd: int) -> bool:
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._splitters[fd].feed(data, time.time_ns())
            return True
        self._end(fd)
        return False

    def _end(self, fd: int) -> None:
        self._loop.forget(fd)
        os.close(fd)
        self._splitters.pop(fd).finish(time.time_ns())

    def close(self) -> None:
        """Write what is left in the pipes and close everything."""
        self.close_writers()
        for fd in list(self._splitters):
            while self._read(fd):
                pass
            if fd in self._splitters:
                self._end(fd)
        self.log.close()
