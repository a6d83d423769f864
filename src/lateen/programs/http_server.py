"""A small HTTP/1.1 server: a thread for each connection, keep-alive, and an end that loses no request."""

import io
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from lateen.programs.http_message import BadMessageError, Headers, read_body, read_head

LINGER_SECONDS = 0.5
"""How long after SIGTERM new connections are still served: clients learn of the end a moment later."""

_IDLE_SECONDS = 75.0
_GRACE_SECONDS = 30.0
_REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
    302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 418: "I'm a teapot",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks; `client` is its address and port, `target` the path with the query as it was sent."""

    method: str
    target: str
    version: str
    headers: Headers
    body: bytes
    client: tuple[str, int]

    @property
    def path(self) -> str:
        """The decoded path without the query."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's names and values."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a submitted form."""
        return dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that came along."""
        pairs = (part.partition("=") for part in self.headers.get("cookie").split(";"))
        return {name.strip(): value.strip() for name, equals, value in pairs if equals}


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered; an iterator as body is sent in chunks."""

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: Iterable[tuple[str, str]] = ()


Handler = Callable[[Request], Response]
AccessLog = Callable[[Request, Response], None]


def text_response(text: str, status: int = 200, kind: str = "text/plain; charset=utf-8") -> Response:
    """An answer with a text as its body."""
    return Response(status, text.encode(), (("Content-Type", kind),))


def http_date(seconds: float) -> str:
    """A time as HTTP headers have it."""
    at = time.gmtime(seconds)
    day = f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {MONTHS[at.tm_mon - 1]} {at.tm_year}"
    return f"{day} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"


def say(line: str) -> None:
    """Write a line to the container's log at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def log_requests(request: Request, response: Response) -> None:
    """An access log of one line a request."""
    say(f'{request.client[0]} "{request.method} {request.target} {request.version}" {response.status}')


def serve(
    handler: Handler,
    default_port: int,
    access_log: AccessLog | None = log_requests,
    variables: Iterable[str] = ("PORT",),
) -> None:
    """Serve until SIGTERM or SIGINT, at the port that `--port`, the first argument or an environment variable names."""
    variable = next((value for name in variables if (value := os.environ.get(name, ""))), "")
    port = port_from(sys.argv[1:], variable, default_port)
    server = Server(listen(port), handler, access_log)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    say(f"listening on port {server.port}")
    server.run()


def port_from(arguments: list[str], variable: str, default: int) -> int:
    """The port to listen on."""
    words = [word for argument in arguments for word in argument.split("=", 1)]
    for flag in ("--port", "-port"):
        if flag in words[:-1]:
            return int(words[words.index(flag) + 1])
    first = words[0] if words and words[0].isdecimal() else variable
    return int(first) if first.isdecimal() else default


def listen(port: int) -> socket.socket:
    """A listening socket for IPv4 and, where the kernel has it, IPv6."""
    if socket.has_dualstack_ipv6():
        with suppress(OSError):
            return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512)
    return socket.create_server(("0.0.0.0", port), backlog=512)  # noqa: S104 - a pod serves its whole network


@dataclass
class Server:
    """Serves the connections of one listening socket."""

    listener: socket.socket
    handler: Handler
    access_log: AccessLog | None = None
    linger: float = LINGER_SECONDS
    _stopping: threading.Event = field(default_factory=threading.Event)
    _open: set["_Connection"] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def port(self) -> int:
        """The port that is really listened on."""
        port: int = self.listener.getsockname()[1]
        return port

    @property
    def stopping(self) -> bool:
        """Whether answers should tell clients not to come back on this connection."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin the end; `run` returns when the requests in flight are answered."""
        self._stopping.set()

    def run(self) -> None:
        """Serve until `stop`, then finish."""
        threading.Thread(target=self._accept, daemon=True).start()
        while not self._stopping.wait(3600):
            pass
        time.sleep(self.linger)
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._finish()

    def _finish(self) -> None:
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                for connection in self._open:
                    connection.close_if_idle()
                if not self._open:
                    return
            time.sleep(0.02)

    def _accept(self) -> None:
        while True:
            try:
                accepted, client = self.listener.accept()
            except OSError:
                if self._stopping.is_set() or self.listener.fileno() < 0:
                    return
                time.sleep(0.05)  # Out of file descriptors: the ones in use will come back.
                continue
            connection = _Connection(self, accepted, (client[0].removeprefix("::ffff:"), client[1]))
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: "_Connection") -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._open.discard(connection)


class _Connection:
    def __init__(self, server: Server, accepted: socket.socket, client: tuple[str, int]) -> None:
        self._server = server
        self._socket = accepted
        self._client = client
        self._idle = True
        self._source = io.BufferedReader(socket.SocketIO(accepted, "r"), 1 << 16)

    def run(self) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(_IDLE_SECONDS)
        try:
            while self._serve_one():
                pass
        except BadMessageError as failure:
            with suppress(OSError):
                self._send(text_response(f"{failure}\n", failure.status), head_only=False, last=True)
        except OSError:
            pass
        finally:
            self._source.close()
            self._socket.close()

    def close_if_idle(self) -> None:
        """Called from outside: ends a connection that waits for a request which won't come."""
        if self._idle:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RD)

    def _serve_one(self) -> bool:
        self._idle = True
        if not self._source.peek(1):
            return False
        self._idle = False
        request = self._read()
        if request is None:
            return False
        response = self._answer(request)
        last = self._server.stopping or not _wants_more(request)
        self._send(response, head_only=request.method == "HEAD", last=last)
        if self._server.access_log is not None:
            self._server.access_log(request, response)
        return not last

    def _read(self) -> Request | None:
        head = read_head(self._source)
        if head is None:
            return None
        method, target, version = head.words
        if not version.startswith("HTTP/1."):
            raise BadMessageError(400, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        if head.headers.get("expect").lower() == "100-continue":
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(method, target, version, head.headers, read_body(self._source, head.headers), self._client)

    def _answer(self, request: Request) -> Response:
        try:
            return self._server.handler(request)
        except Exception as failure:
            say(f"{request.method} {request.target} failed: {failure!r}")
            return text_response("Internal Server Error\n", 500)

    def _send(self, response: Response, *, head_only: bool, last: bool) -> None:
        body = response.body
        length = f"Content-Length: {len(body)}" if isinstance(body, bytes) else "Transfer-Encoding: chunked"
        lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        if response.status >= 200 and response.status not in (204, 304):
            lines.append(length)
        lines += [f"Date: {http_date(time.time())}", f"Connection: {'close' if last else 'keep-alive'}", "", ""]
        head = "\r\n".join(lines).encode("latin-1", "replace")
        if isinstance(body, bytes):
            self._socket.sendall(head if head_only or response.status in (204, 304) else head + body)
            return
        self._socket.sendall(head)
        for part in () if head_only else body:
            if part:
                self._socket.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        if not head_only:
            self._socket.sendall(b"0\r\n\r\n")


def _wants_more(request: Request) -> bool:
    if request.version == "HTTP/1.0":
        return request.headers.has_token("connection", "keep-alive")
    return not request.headers.has_token("connection", "close")
