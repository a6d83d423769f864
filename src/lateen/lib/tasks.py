"""Background tasks that are neither lost nor silent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


class TaskGroup:
    """Keeps the tasks it starts; a task that fails is logged (or handed to `on_failure`), `close` cancels the rest."""

    def __init__(self, on_failure: Callable[[str, BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_failure = on_failure or _log_failure

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` in the background under `name`."""
        task = asyncio.create_task(work, name=name)  # noqa: TID251 - the one place that may
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._on_failure(task.get_name(), failure)

    async def settle(self, seconds: float) -> None:
        """Wait until the tasks that there are now have ended, `seconds` at the longest."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)

    async def close(self) -> None:
        """Cancel all tasks and wait for them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> "TaskGroup":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _log_failure(name: str, failure: BaseException) -> None:
    log.error("task %s failed", name, exc_info=failure)


async def forever(step: Callable[[], Awaitable[None]], *, name: str, pause: Callable[[], Awaitable[None]]) -> None:
    """Run `step` again and again; a failure is logged and followed by `pause`, which backs off."""
    while True:
        try:
            await step()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("%s failed; trying again", name)
            await pause()
