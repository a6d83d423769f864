"""A container's log: lines as the container runtime interface writes them, rotated by size.

Each line is `<RFC 3339 time with nanoseconds> <stdout|stderr> <F|P> <text>`; P marks a line that goes on in the next.
Rule source: the log format of Kubernetes' container runtime interface (cri-api).
"""

from __future__ import annotations

import os
import time

MAX_BYTES = 10 * 1024 * 1024
ROTATIONS = 2
LONGEST_LINE = 16 * 1024


def stamp(now_ns: int) -> str:
    """`now_ns` nanoseconds since the epoch in RFC 3339 with nanoseconds, UTC."""
    seconds, fraction = divmod(now_ns, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{fraction:09d}Z"


class LogFile:
    """The log of one incarnation of a container. Older incarnations than the one before are removed on opening.

    Nothing here raises: lines that a full disk doesn't take are lost, and the container goes on.
    """

    def __init__(self, folder: str, incarnation: int, max_bytes: int = MAX_BYTES) -> None:
        self.name = f"{incarnation}.log"
        self._folder = folder
        self._path = f"{folder}/{self.name}"
        self._max_bytes = max_bytes
        self._fd = -1
        self._size = 0
        self._open()
        _forget_before(folder, incarnation - 1)

    def _open(self) -> None:
        try:
            os.makedirs(self._folder, exist_ok=True)
            self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            self._size = os.fstat(self._fd).st_size
        except OSError:
            self._fd = -1

    def write(self, stream: bytes, lines: list[bytes], now_ns: int, *, tag: bytes = b"F") -> None:
        """Append `lines` of `stream`, all stamped with `now_ns`."""
        head = stamp(now_ns).encode() + b" " + stream + b" " + tag + b" "
        data = b"".join([head + line + b"\n" for line in lines])
        if self._fd < 0:
            self._open()
        try:
            self._append(data)
        except OSError:
            return
        if self._size >= self._max_bytes:
            self._rotate()

    def _append(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        if written < len(data):
            # The disk is full: a part of a line would spoil the next one.
            os.ftruncate(self._fd, self._size)
            return
        self._size += written

    def _rotate(self) -> None:
        self.close()
        try:
            for number in range(ROTATIONS, 0, -1):
                older = self._path if number == 1 else f"{self._path}.{number - 1}"
                if os.path.exists(older):
                    os.replace(older, f"{self._path}.{number}")
        except OSError:
            pass
        self._open()

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _forget_before(folder: str, oldest: int) -> None:
    try:
        for name in os.listdir(folder):
            number = name.split(".", 1)[0]
            if number.isdigit() and int(number) < oldest:
                os.unlink(f"{folder}/{name}")
    except OSError:
        return


class LineSplitter:
    """Cuts one stream's bytes into lines for a LogFile; an unfinished line waits for its end or grows too long."""

    def __init__(self, log: LogFile, stream: bytes) -> None:
        self._log = log
        self._stream = stream
        self._rest = b""

    def feed(self, data: bytes, now_ns: int) -> None:
        """Take what the container has written."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:
            self._log.write(self._stream, lines, now_ns)
        while len(self._rest) >= LONGEST_LINE:
            self._log.write(self._stream, [self._rest[:LONGEST_LINE]], now_ns, tag=b"P")
            self._rest = self._rest[LONGEST_LINE:]

    def finish(self, now_ns: int) -> None:
        """The stream has ended: write what has no line end."""
        if self._rest:
            self._log.write(self._stream, [self._rest], now_ns)
            self._rest = b""
