"""Keeps the memory for responses under way within bounds."""

import asyncio
from collections import deque

from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup


class ByteBudget:
    """At most `total` bytes are written at once; a write waits its turn, but no longer than `patience` seconds.

    gRPC copies each response that it is given, so a thousand proxies that connect together and take a megabyte each
    would cost a gigabyte. A proxy that doesn't read must not stop the others: they pass after `patience`.
    """

    def __init__(self, clock: Clock, total: int = 32_000_000, patience: float = 2.0) -> None:
        self._clock = clock
        self._free = total
        self._total = total
        self._patience = patience
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> int:
        """Wait for room for `size` bytes; returns what to give back."""
        size = min(size, self._total)
        if self._free >= size and not self._queue:
            self._free -= size
            return size
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((size, turn))
        async with TaskGroup() as tasks:
            alarm = tasks.start(self._clock.sleep(self._patience), "wait for room")
            await asyncio.wait({turn, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if turn.done():
            return size
        self._queue.remove((size, turn))
        self._free -= size
        return size

    def give_back(self, size: int) -> None:
        """`size` bytes are written."""
        self._free += size
        while self._queue and self._free >= self._queue[0][0]:
            taken, turn = self._queue.popleft()
            self._free -= taken
            if not turn.done():
                turn.set_result(None)
