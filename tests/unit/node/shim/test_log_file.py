import errno
import os
from pathlib import Path

import pytest

from lateen.node.shim.log_file import LogFile

NOW = 1_767_225_600_000_000_000


def texts(file: Path) -> list[bytes]:
    return [line.split(b" ", 3)[3] for line in file.read_bytes().splitlines()]


def test_a_full_disk_costs_lines_but_no_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogFile(str(tmp_path / "log"), 0)
    log.write(b"stdout", [b"one"], NOW)
    with monkeypatch.context() as full:
        full.setattr(os, "write", _no_space)
        log.write(b"stdout", [b"lost"], NOW)
    with monkeypatch.context() as nearly_full:
        write = os.write
        nearly_full.setattr(os, "write", lambda fd, data: write(fd, data[:10]))
        log.write(b"stdout", [b"cut"], NOW)
    log.write(b"stdout", [b"two"], NOW)
    log.close()
    assert texts(tmp_path / "log" / "0.log") == [b"one", b"two"]


def test_a_log_that_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("no folder")
    log = LogFile(str(tmp_path / "log"), 0)
    log.write(b"stdout", [b"lost"], NOW)
    (tmp_path / "log").unlink()
    log.write(b"stdout", [b"kept"], NOW)
    log.close()
    assert texts(tmp_path / "log" / "0.log") == [b"kept"]


def test_a_rotation_that_fails_goes_on_in_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogFile(str(tmp_path), 0, max_bytes=10)
    with monkeypatch.context() as full:
        full.setattr(os, "replace", _no_space)
        log.write(b"stdout", [b"one"], NOW)
    log.write(b"stdout", [b"two"], NOW)
    log.close()
    assert texts(tmp_path / "0.log.1") == [b"one", b"two"]


def _no_space(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")
