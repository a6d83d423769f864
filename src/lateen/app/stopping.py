"""Ending on request."""

import asyncio
import signal


def stop_event() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set instead of ending the process."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
