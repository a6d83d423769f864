import asyncio
import subprocess

from lateen.lib.process_end import process_end


async def test_returns_with_the_process_and_not_before() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        waiting = asyncio.create_task(process_end(process.pid, 60))
        await asyncio.sleep(0)
        assert not waiting.done()
        process.kill()
        await waiting
        await process_end(process.pid, 60)
    await process_end(process.pid, 60)


async def test_gives_up_in_time() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        await process_end(process.pid, 0.01)
        assert process.poll() is None
        process.kill()
