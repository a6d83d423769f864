import asyncio
import os
import sys
from pathlib import Path

import pytest

from lateen.app.children import Child, GivenUpError, Program, describe_exit
from lateen.lib.clock import FakeClock

COUNT = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(int(sys.argv[2]))"


def child(tmp_path: Path, code: int, clock: FakeClock) -> Child:
    argv = (sys.executable, "-c", COUNT, str(tmp_path / "runs"), str(code))
    return Child(Program("program", argv, tmp_path / "log", hopeless=os.EX_CONFIG), clock)


async def test_a_program_that_ends_is_started_again_later_each_time(tmp_path: Path) -> None:
    clock = FakeClock()
    running = asyncio.get_running_loop().create_task(child(tmp_path, 1, clock).run())
    for runs, pause in ((1, 0.1), (2, 0.2), (3, 0.4)):
        async with asyncio.timeout(10):
            while not clock.sleeping:
                await asyncio.sleep(0.01)
        assert (tmp_path / "runs").read_text() == "x" * runs
        await clock.advance(pause * 0.9)
        assert clock.sleeping
        await clock.advance(pause * 0.2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_program_that_can_never_run_is_not_started_again(tmp_path: Path) -> None:
    with pytest.raises(GivenUpError, match="log"):
        await child(tmp_path, os.EX_CONFIG, FakeClock()).run()
    assert (tmp_path / "runs").read_text() == "x"


def test_exits_in_words() -> None:
    assert describe_exit(3) == "status 3"
    assert describe_exit(-9) == "SIGKILL"
