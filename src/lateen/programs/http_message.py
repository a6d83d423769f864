"""HTTP/1.1 messages, as servers and clients both need them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

HEAD_MOST = 64 << 10
BODY_MOST = 64 << 20
_CHUNK_LINE_MOST = 4096


class BadMessageError(Exception):
    """What arrived is not HTTP, or is too large; `status` is the answer it deserves."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Headers:
    """Header fields in their order; names compare without regard to case."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)

    def get(self, name: str, absent: str = "") -> str:
        """The first value of a name."""
        wanted = name.lower()
        return next((value for key, value in self.pairs if key.lower() == wanted), absent)

    def __contains__(self, name: str) -> bool:
        wanted = name.lower()
        return any(key.lower() == wanted for key, _ in self.pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def has_token(self, name: str, token: str) -> bool:
        """Whether a comma-separated header holds a word, as `Connection: close`."""
        words = (
            word.strip().lower()
            for key, value in self.pairs
            if key.lower() == name.lower()
            for word in value.split(",")
        )
        return token in words


class Source(Protocol):
    """Where bytes come from: a connection's buffered reader. At the end both return less than was asked for."""

    def readline(self, most: int, /) -> bytes: ...
    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The first line's three words, and the headers."""

    words: tuple[str, str, str]
    headers: Headers = field(default_factory=Headers)


def read_head(source: Source) -> Head | None:
    """The next message's head; None when the connection ended before it. Raises BadMessageError."""
    line = source.readline(HEAD_MOST)
    while line in (b"\r\n", b"\n"):
        line = source.readline(HEAD_MOST)
    if not line:
        return None
    words = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
    if not line.endswith(b"\n") or len(words) < 2:
        raise BadMessageError(400, "the first line is not HTTP")
    return Head((words[0], words[1], words[2] if len(words) == 3 else ""), _read_headers(source))


def _read_headers(source: Source) -> Headers:
    pairs: list[tuple[str, str]] = []
    left = HEAD_MOST
    while True:
        line = source.readline(left)
        left -= len(line)
        if line in (b"\r\n", b"\n"):
            return Headers(pairs)
        if not line.endswith(b"\n"):
            raise BadMessageError(431 if left <= 0 else 400, "the headers are too long or cut off")
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name.strip() or name != name.strip():
            raise BadMessageError(400, "a header has no name")
        pairs.append((name, value.strip()))


def read_body(source: Source, headers: Headers, *, until_end: bool = False) -> bytes:
    """The body that belongs to a head. Raises BadMessageError."""
    if headers.has_token("transfer-encoding", "chunked"):
        return b"".join(_chunks(source))
    length = headers.get("content-length")
    if length:
        if not length.isdecimal():
            raise BadMessageError(400, "content-length is not a number")
        return _exactly(source, int(length))
    return source.read(BODY_MOST) if until_end else b""


def _chunks(source: Source) -> Iterator[bytes]:
    total = 0
    while True:
        size = _chunk_size(source.readline(_CHUNK_LINE_MOST))
        total += size
        if total > BODY_MOST:
            raise BadMessageError(413, "the body is too large")
        if size == 0:
            _read_headers(source)
            return
        yield _exactly(source, size)
        source.readline(_CHUNK_LINE_MOST)


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0].strip(), 16)
    except ValueError:
        raise BadMessageError(400, "a chunk has no size") from None


def _exactly(source: Source, count: int) -> bytes:
    if count > BODY_MOST:
        raise BadMessageError(413, "the body is too large")
    body = source.read(count)
    if len(body) != count:
        raise BadMessageError(400, "the body is cut off")
    return body
