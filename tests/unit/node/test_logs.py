from pathlib import Path

import pytest

from lateen.node.logs import LogQuery, NoLogError, read_log
from lateen.node.shim.log_file import LineSplitter, LogFile

SECOND = 1_000_000_000


def write(folder: Path, incarnation: int, *lines: str, limit: int = 10**6) -> None:
    log = LogFile(str(folder), incarnation, limit)
    splitter = LineSplitter(log, b"stdout")
    for number, line in enumerate(lines):
        splitter.feed(line.encode() + b"\n", (incarnation * 100 + number) * SECOND)
    log.close()


async def read(folder: Path, **query: object) -> str:
    pieces = read_log(folder, LogQuery(**query), lambda: True)  # type: ignore[arg-type]
    return b"".join([piece async for piece in pieces]).decode()


async def test_lines_with_and_without_their_times(tmp_path: Path) -> None:
    write(tmp_path, 0, "a", "b", "c")
    assert await read(tmp_path) == "a\nb\nc\n"
    assert await read(tmp_path, tail=1) == "c\n"
    assert await read(tmp_path, tail=0) == ""
    assert await read(tmp_path, timestamps=True, tail=1) == "1970-01-01T00:00:02.000000000Z c\n"
    assert await read(tmp_path, since="1970-01-01T00:00:01") == "b\nc\n"
    assert await read(tmp_path, limit_bytes=3) == "a\nb"


async def test_the_incarnation_before_is_kept_and_none_older(tmp_path: Path) -> None:
    for incarnation in range(3):
        write(tmp_path, incarnation, f"from {incarnation}")
    assert await read(tmp_path) == "from 2\n"
    assert await read(tmp_path, previous=True) == "from 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.log", "2.log"]


async def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoLogError, match="not started"):
        await read(tmp_path / "nothing")
    write(tmp_path, 0, "a")
    with pytest.raises(NoLogError, match="previous"):
        await read(tmp_path, previous=True)


async def test_rotated_files_are_read_in_order_and_forgotten_in_time(tmp_path: Path) -> None:
    write(tmp_path, 0, *(f"line {number}" for number in range(8)), limit=80)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.log", "0.log.1", "0.log.2"]
    lines = (await read(tmp_path)).splitlines()
    assert lines == [f"line {number}" for number in range(8 - len(lines), 8)]
    assert len(lines) >= 4


async def test_long_lines_are_joined_again(tmp_path: Path) -> None:
    write(tmp_path, 0, "x" * 40_000, "short")
    assert await read(tmp_path) == "x" * 40_000 + "\nshort\n"
    assert await read(tmp_path, tail=2) == "x" * 40_000 + "\nshort\n"


async def test_following_sees_what_is_written_over_a_rotation(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path), 0, 200)
    splitter = LineSplitter(log, b"stdout")
    splitter.feed(b"first\n", 0)
    ended = False
    pieces = read_log(tmp_path, LogQuery(follow=True), lambda: ended)
    assert await anext(pieces) == b"first\n"
    for number in range(6):
        splitter.feed(b"line %d\n" % number, 0)
    splitter.feed(b"unfinished", 0)
    splitter.finish(0)
    ended = True
    assert b"".join([piece async for piece in pieces]) == b"".join(b"line %d\n" % n for n in range(6)) + b"unfinished\n"
    log.close()
