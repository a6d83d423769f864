"""A small HTTP/1.1 client."""

import io
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lateen.programs.dialing import NoAnswerError, Peer, Tls, dial, reason_of
from lateen.programs.http_message import BadMessageError, Headers, read_body, read_head

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; status 0: a connection, which has none."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Url:
    """Where a request goes; `tls` says that the scheme is https."""

    host: str
    port: int
    target: str
    tls: bool = False

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


def parse_url(text: str) -> Url:
    """The parts of an `http://` or `https://` URL. Raises ValueError."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"{text}: only http:// and https:// are supported")
    authority, slash, path = rest.partition("/")
    usual = str(DEFAULT_PORTS[scheme])
    host, _, port = authority.rpartition(":") if _has_port(authority) else (authority, "", usual)
    if not host.strip("[]") or not port.isdecimal():
        raise ValueError(f"{text}: expected {scheme}://HOST[:PORT]/PATH")
    return Url(host.strip("[]"), int(port), slash + path if slash else "/", scheme == "https")


def _has_port(authority: str) -> bool:
    return ":" in authority.rpartition("]")[2]


def fetch(url: str, headers: Iterable[tuple[str, str]] = (), timeout: float = 3.0) -> Reply:
    """GET on a connection of its own. Raises NoAnswerError."""
    with Client(parse_url(url), timeout) as client:
        return client.send("GET", headers, keep=False)


class Client:
    """Requests to one URL, on one connection as long as the server keeps it; `timeout` is for each whole exchange.

    `peer` is the host and port to connect to when that is not the URL's own, `tls` what to ask for when not the URL's
    host and HTTP/1.1.
    """

    def __init__(self, url: Url, timeout: float, peer: Peer | None = None, tls: Tls | None = None) -> None:
        self._url = url
        self._timeout = timeout
        self._peer = peer or (url.host, url.port)
        self._tls = (tls or Tls(url.host, ("http/1.1",))) if url.tls else None
        self._connection: socket.socket | None = None
        self._deadline = 0.0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, keep: bool) -> Reply:
        """One exchange; `keep` asks the server to leave the connection open. Raises NoAnswerError."""
        self._deadline = time.monotonic() + self._timeout
        message = self._message(method, headers, body, keep=keep)
        reused = self._connection is not None
        try:
            return self._exchange(message, method, keep=keep)
        except _ClosedError:
            if reused:  # The server may end an idle connection at any time: that is no failure.
                return self.send(method, headers, body, keep=keep)
            raise NoAnswerError("connection closed before an answer") from None

    def _exchange(self, message: bytes, method: str, *, keep: bool) -> Reply:
        try:
            connection = self._connection = self._connection or dial(self._peer, self._left(), self._tls)
            connection.sendall(message)
            reply, more = self._read(connection, method)
        except (ConnectionResetError, BrokenPipeError):
            self.close()
            raise _ClosedError from None
        except BadMessageError as failure:
            self.close()
            raise NoAnswerError(f"no HTTP: {failure}") from None
        except (OSError, UnicodeError) as failure:
            self.close()
            raise NoAnswerError(reason_of(failure)) from None
        if not (keep and more):
            self.close()
        return reply

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _read(self, connection: socket.socket, method: str) -> tuple[Reply, bool]:
        source = io.BufferedReader(_DeadlineReader(connection, self._left), 1 << 16)
        while True:
            head = read_head(source)
            if head is None:
                self.close()
                raise _ClosedError
            version, status, _ = head.words
            if not status.isdecimal():
                raise BadMessageError(502, "the status is not a number")
            if int(status) >= 200:
                break
        empty = method == "HEAD" or status in ("204", "304")
        body = b"" if empty else read_body(source, head.headers, until_end=True)
        framed = "content-length" in head.headers or "transfer-encoding" in head.headers or empty
        more = framed and version == "HTTP/1.1" and not head.headers.has_token("connection", "close")
        return Reply(int(status), head.headers, body), more

    def _message(self, method: str, headers: Iterable[tuple[str, str]], body: bytes, *, keep: bool) -> bytes:
        given = Headers(headers)
        lines = [f"{method} {self._url.target} HTTP/1.1"]
        if "host" not in given:
            lines.append(f"Host: {self._url.authority}")
        lines += [f"{name}: {value}" for name, value in given]
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"Connection: {'keep-alive' if keep else 'close'}", "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + body


class _ClosedError(Exception):
    pass


class _DeadlineReader(io.RawIOBase):
    """Reads from a connection with what is left of the time for the whole exchange."""

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        self._connection = connection
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        self._connection.settimeout(self._left())
        return self._connection.recv_into(buffer)
