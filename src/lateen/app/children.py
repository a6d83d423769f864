"""Keeps programs running: starts them again when they end, later each time."""

import asyncio
import ctypes
import logging
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
STEADY_SECONDS = 10.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: its arguments, the file its output is appended to, the exit status after which it stays ended."""

    name: str
    argv: Sequence[str]
    log: Path
    hopeless: int


class GivenUpError(Exception):
    """A program has said that starting it again can't help."""


class Child:
    """One program, run again whenever it ends until `run` is cancelled, which stops it."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self._program = program
        self._clock = clock
        self._backoff = Backoff(0.1, 10.0)

    async def run(self) -> None:
        """Start, wait, start again. Raises GivenUpError."""
        while True:
            started = self._clock.monotonic()
            code = await self._run_once()
            if code == self._program.hopeless:
                raise GivenUpError(f"{self._program.name} can't run: see {self._program.log}")
            if self._clock.monotonic() - started > STEADY_SECONDS:
                self._backoff.reset()
            delay = self._backoff.next()
            log.warning("%s ended (%s); starting it again in %.1f s", self._program.name, describe_exit(code), delay)
            await self._clock.sleep(delay)

    async def _run_once(self) -> int:
        with self._program.log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *self._program.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,
            )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await _stop(process)
            raise


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, however that dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def describe_exit(code: int) -> str:
    """An exit code in words: a status, or the signal's name."""
    return f"status {code}" if code >= 0 else signal.Signals(-code).name
