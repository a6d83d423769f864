"""Time as a parameter: whoever needs the time takes a `Clock`, so tests never wait."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is seconds since the epoch, `monotonic` seconds since some fixed moment."""

    def now(self) -> float: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()  # noqa: TID251 - the one place that reads it

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class FakeClock:
    """A clock that stands still until `advance` is called; sleepers wake in order of their deadlines."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._start = now
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._start + self._elapsed

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._elapsed + seconds, waiter))
        await waiter

    @property
    def sleeping(self) -> bool:
        """Whether anybody waits for time to pass."""
        return any(not waiter.done() for _, waiter in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass and run whatever was waiting for that."""
        end = self._elapsed + seconds
        await self._settle()
        while due := sorted((at, i) for i, (at, _) in enumerate(self._sleepers) if at <= end):
            at, index = due[0]
            self._elapsed = max(self._elapsed, at)
            _, waiter = self._sleepers.pop(index)
            if not waiter.done():
                waiter.set_result(None)
            await self._settle()
        self._elapsed = end

    async def _settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


def rfc3339(seconds: float) -> str:
    """`seconds` since the epoch as Kubernetes writes times: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
