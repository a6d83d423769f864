"""Files that say which process does a job, and that can't be wrong after a crash."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 0.01


class AlreadyRunningError(Exception):
    """Another process holds the file."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a pid file, and the note it left there."""

    pid: int
    note: str


class PidFile:
    """A file that its process keeps locked: the kernel drops the lock with the process, whatever ended it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self, note: str = "") -> Iterator[None]:
        """Hold the file. Raises AlreadyRunningError."""
        descriptor = self._lock()
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n{note}\n".encode())
            yield
        finally:
            if _is_at(descriptor, self.path):
                self.path.unlink()
            os.close(descriptor)

    def _lock(self) -> int:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            # Private: whoever can open it can lock it, and would be taken for the holder.
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The last holder may have removed the file since it was opened: that one keeps nobody out.
                if _is_at(descriptor, self.path):
                    return descriptor
            except BlockingIOError:
                pass
            os.close(descriptor)
            # Whoever only looks who holds it locks it too, for a moment.
            if time.monotonic() > deadline:
                raise AlreadyRunningError(f"{self.path} is held by a running process")
            time.sleep(_PAUSE_SECONDS)

    def holder(self) -> Holder | None:
        """Who holds the file now; None when nobody does. Raises PermissionError for another user than its holder's."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, note = os.read(descriptor, 4096).decode().partition("\n")
            return Holder(int(pid), note.rstrip("\n")) if pid.isdecimal() else None
        else:
            return None
        finally:
            os.close(descriptor)

    def signal(self, number: signal.Signals) -> bool:
        """Send the holder a signal; says whether there was one."""
        holder = self.holder()
        if holder is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(holder.pid, number)
        return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
