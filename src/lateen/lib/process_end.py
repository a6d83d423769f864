"""Noticing that a process has ended, whoever started it."""

import asyncio
import os


async def process_end(pid: int, seconds: float) -> None:
    """Return when the process has ended, after `seconds` at the latest."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # gone already
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
