"""Reading containers' logs as `kubectl logs` asks for them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_POLL_SECONDS = 0.1
_BLOCK = 65536


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines: the last `tail`, those since `since` (RFC 3339), the first `limit_bytes`; `previous` incarnation."""

    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    since: str = ""
    limit_bytes: int | None = None


class NoLogError(Exception):
    """There is no such log."""


def since_seconds(seconds: float, now: float) -> str:
    """The time `seconds` before `now`, comparable with the times in logs."""
    return (datetime.fromtimestamp(now, UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")


async def read_log(folder: Path, query: LogQuery, ended: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Pieces of a container's log; with `follow` until `ended()` says that nothing more comes. Raises NoLogError."""
    path = _choose(folder, previous=query.previous)
    left = query.limit_bytes
    position = _Position(path, path.stat().st_ino, 0)
    async for piece in _pieces(path, position, query, ended):
        chosen = piece if left is None else piece[:left]
        if chosen:
            yield chosen
        if left is not None:
            left -= len(chosen)
            if left <= 0:
                return


@dataclass(slots=True)
class _Position:
    """How far a file has been read; rotation is noticed by the inode."""

    path: Path
    inode: int
    offset: int


async def _pieces(path: Path, position: _Position, query: LogQuery, ended: Callable[[], bool]) -> AsyncIterator[bytes]:
    lines = await asyncio.to_thread(_existing, path, position, query)
    yield b"".join(_shown(line, timestamps=query.timestamps) for line in lines)
    if query.follow:
        async for piece in _follow(position, query, ended):
            yield piece


def _existing(path: Path, position: _Position, query: LogQuery) -> list[bytes]:
    lines = [line for file in _rotated(path) for line in _split(file.read_bytes())]
    fresh = path.read_bytes()
    complete = fresh[: fresh.rfind(b"\n") + 1]
    position.offset = len(complete)
    lines += _split(complete)
    if query.since:
        lines = [line for line in lines if line[:26].decode("ascii", "replace") >= query.since]
    return lines if query.tail is None else _last(lines, query.tail)


async def _follow(position: _Position, query: LogQuery, ended: Callable[[], bool]) -> AsyncIterator[bytes]:
    while True:
        over = ended()
        data = b"".join(_news(position))
        if data:
            yield b"".join(_shown(line, timestamps=query.timestamps) for line in _split(data))
        elif over:
            return
        else:
            await asyncio.sleep(_POLL_SECONDS)


def _news(position: _Position) -> Iterator[bytes]:
    try:
        inode = position.path.stat().st_ino
    except FileNotFoundError:
        return
    if inode != position.inode:
        rotated = position.path.with_name(position.path.name + ".1")
        if rotated.exists() and rotated.stat().st_ino == position.inode:
            yield _read_from(rotated, position)
        position.inode, position.offset = inode, 0
    yield _read_from(position.path, position)


def _read_from(path: Path, position: _Position) -> bytes:
    with path.open("rb") as file:
        file.seek(position.offset)
        data = file.read(_BLOCK * 16)
    complete = data[: data.rfind(b"\n") + 1]
    position.offset += len(complete)
    return complete


def _choose(folder: Path, *, previous: bool) -> Path:
    numbers = sorted(int(path.stem) for path in folder.glob("*.log")) if folder.is_dir() else []
    if not numbers:
        raise NoLogError("the container has not started yet")
    if not previous:
        return folder / f"{numbers[-1]}.log"
    if len(numbers) < 2:
        raise NoLogError("previous terminated container not found")
    return folder / f"{numbers[-2]}.log"


def _rotated(path: Path) -> list[Path]:
    return sorted(path.parent.glob(path.name + ".*"), reverse=True)


def _split(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) if b"\r" not in data else [line + b"\n" for line in data.split(b"\n")[:-1]]


def _last(lines: list[bytes], count: int) -> list[bytes]:
    """The last `count` lines, a line in several parts counting once."""
    index, whole = len(lines), 0
    while index and whole <= count:
        if _tag(lines[index - 1]) == b"F":
            whole += 1
            if whole > count:
                break
        index -= 1
    return lines[index:]


def _tag(line: bytes) -> bytes:
    return line.split(b" ", 3)[2]


def _shown(line: bytes, *, timestamps: bool) -> bytes:
    time, _, tag, text = line.split(b" ", 3)
    text = text if tag == b"F" else text.removesuffix(b"\n")
    return time + b" " + text if timestamps else text
