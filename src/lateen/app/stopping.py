"""Ending: on request, or because a part without which going on makes no sense has failed."""

import asyncio
import logging
import signal

log = logging.getLogger(__name__)


class PartFailedError(Exception):
    """A part of the process has failed, which is in the log: end, and be started again."""


class Stop:
    """Why and when a process ends; made inside its event loop. SIGTERM and SIGINT set it instead of ending the process.

    Hand `failed` to the task group of the parts: a process that has lost one must not look alive.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._failure: BaseException | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._event.set)

    @property
    def is_due(self) -> bool:
        """Whether the process has been asked to end, or has to."""
        return self._event.is_set()

    def failed(self, part: str, failure: BaseException) -> None:
        """A part has ended by an exception."""
        log.error("%s failed; ending", part, exc_info=failure)
        self._failure = self._failure or failure
        self._event.set()

    async def wait(self) -> None:
        """Return when asked to end. Raises PartFailedError when a part has failed."""
        await self._event.wait()
        if self._failure is not None:
            raise PartFailedError(str(self._failure)) from self._failure
