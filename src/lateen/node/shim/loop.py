"""A small event loop: asyncio would cost more than everything else in the shim together."""

from __future__ import annotations

import heapq
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


_AFTER_FAILURE = 0.05


class Timer:
    """A call in the future; `cancel` forgets it."""

    __slots__ = ("at", "call")

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at = at
        self.call: Callable[[], None] | None = call

    def __lt__(self, other: Timer) -> bool:
        return self.at < other.at

    def cancel(self) -> None:
        """Forget the call."""
        self.call = None


class Loop:
    """Calls back when file descriptors are ready and when timers are due, until `stop`.

    A callback that fails is reported on stderr and ends nothing: the loop's end would be the end of the pod.
    """

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._timers: list[Timer] = []
        self._running = True

    def on_readable(self, fd: int, call: Callable[[], None]) -> None:
        """Call `call` whenever `fd` can be read or was closed by its peer."""
        self._callbacks[fd] = call
        self._poll.register(fd, select.EPOLLIN | select.EPOLLHUP)

    def on_writable(self, fd: int, call: Callable[[], None]) -> None:
        """Call `call` whenever `fd` can be written."""
        self._callbacks[fd] = call
        self._poll.register(fd, select.EPOLLOUT)

    def forget(self, fd: int) -> None:
        """Stop watching `fd`; call it before closing."""
        if self._callbacks.pop(fd, None):
            self._poll.unregister(fd)

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call `call` once, `seconds` from now."""
        timer = Timer(time.monotonic() + seconds, call)
        heapq.heappush(self._timers, timer)
        return timer

    def stop(self) -> None:
        """Return from `run` after the current callbacks."""
        self._running = False

    def run(self) -> None:
        """Work until `stop`."""
        while self._running:
            for fd, _ in self._poll.poll(self._patience()):
                if (call := self._callbacks.get(fd)) is not None:
                    _try(call)
            self._run_due()

    def _patience(self) -> float:
        while self._timers and self._timers[0].call is None:
            heapq.heappop(self._timers)
        return max(0.0, self._timers[0].at - time.monotonic()) if self._timers else -1

    def _run_due(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0].at <= now:
            timer = heapq.heappop(self._timers)
            if timer.call is not None:
                _try(timer.call)


def _try(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception as failure:
        _report(failure)
        time.sleep(_AFTER_FAILURE)  # what failed may be ready again at once


def _report(failure: Exception) -> None:
    import traceback  # noqa: PLC0415 - slow to import, and hardly ever needed

    try:
        traceback.print_exception(failure, file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        return  # the disk is full
