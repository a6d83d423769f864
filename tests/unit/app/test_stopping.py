import asyncio
import os
import signal

import pytest

from lateen.app.stopping import PartFailedError, Stop
from lateen.lib.tasks import TaskGroup


async def test_a_signal_ends_the_process_in_order() -> None:
    stop = Stop()
    assert not stop.is_due
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()
    assert stop.is_due


async def test_a_process_does_not_outlive_a_part_that_has_failed() -> None:
    async def part() -> None:
        raise RuntimeError("a bug")

    stop = Stop()
    async with asyncio.timeout(5), TaskGroup(stop.failed) as tasks:
        tasks.start(part(), "part")
        with pytest.raises(PartFailedError, match="a bug"):
            await stop.wait()
