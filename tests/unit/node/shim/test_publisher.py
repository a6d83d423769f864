import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lateen.node.shim.loop import Loop, Timer
from lateen.node.shim.main import STATE, Publisher


class NotedTimers(Loop):
    """A loop that only notes what is to be called later."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Callable[[], None]] = []

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        self.calls.append(call)
        return Timer(seconds, call)


def test_a_full_disk_keeps_no_state_from_those_who_watch_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bytes] = []
    loop = NotedTimers()
    publisher = Publisher(str(tmp_path), loop)
    publisher.pod = cast(Any, SimpleNamespace(state=lambda: {"stage": "running"}))
    publisher.control = cast(Any, SimpleNamespace(publish=told.append))
    with monkeypatch.context() as full:
        full.setattr(os, "replace", _no_space)
        publisher.publish()
    assert told == [b'{"stage": "running"}']
    assert not (tmp_path / STATE).exists()
    (again,) = loop.calls
    again()
    assert json.loads((tmp_path / STATE).read_text()) == {"stage": "running"}
    assert len(loop.calls) == 1


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
