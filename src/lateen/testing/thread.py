"""Blocking work in an event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns, or raises, in a thread of its own.

    Unlike `asyncio.to_thread`, an interrupted test run does not wait for it: the mesh goes down, and that ends it.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            _tell(loop, answer, partial(answer.set_exception, error))
        else:
            _tell(loop, answer, partial(answer.set_result, result))

    threading.Thread(target=run, name="lateen mesh", daemon=True).start()
    return await answer


def _tell(loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]", tell: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(lambda: None if answer.done() else tell())
