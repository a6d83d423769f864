"""Waiting for a condition."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL = 0.02
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, seconds: float = 30.0) -> T:
    """What the condition gave as soon as that was true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(POLL)
    return value
