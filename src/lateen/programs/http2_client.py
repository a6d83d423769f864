"""A small HTTP/2 client."""

import socket
import time
from collections.abc import Iterable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

from lateen.programs.dialing import NoAnswerError, Peer, Tls, dial, reason_of
from lateen.programs.http_client import Reply, Url
from lateen.programs.http_message import Headers

PROTOCOL = "h2"
_CONNECTION_HEADERS = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "host"})


class Http2Client:
    """Requests to one URL, each on a connection of its own; without TLS the client begins with HTTP/2 at once.

    `timeout` is for each whole exchange.
    """

    def __init__(self, url: Url, timeout: float, peer: Peer | None = None, tls: Tls | None = None) -> None:
        self._url = url
        self._timeout = timeout
        self._peer = peer or (url.host, url.port)
        self._tls = (tls or Tls(url.host, (PROTOCOL,))) if url.tls else None

    def __enter__(self) -> "Http2Client":
        return self

    def __exit__(self, *_: object) -> None:
        """No connection outlives its exchange."""

    def send(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, keep: bool = False
    ) -> Reply:
        """One exchange. Raises NoAnswerError."""
        try:
            with dial(self._peer, self._timeout, self._tls) as connection:
                if self._tls and getattr(connection, "selected_alpn_protocol", str)() != PROTOCOL:
                    raise NoAnswerError("the server does not agree to HTTP/2")
                return self._exchange(connection, self._head(method, headers), body)
        except ProtocolError as failure:
            raise NoAnswerError(f"no HTTP/2: {failure}") from None
        except (OSError, UnicodeError) as failure:
            raise NoAnswerError(reason_of(failure)) from None

    def _head(self, method: str, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        given = Headers(headers)
        plain = [(name.lower(), value) for name, value in given if name.lower() not in _CONNECTION_HEADERS]
        scheme = "https" if self._url.tls else "http"
        authority = given.get("host") or self._url.authority
        return [
            (":method", method),
            (":scheme", scheme),
            (":authority", authority),
            (":path", self._url.target),
            *plain,
        ]

    def _exchange(self, connection: socket.socket, head: list[tuple[str, str]], body: bytes) -> Reply:
        deadline = time.monotonic() + self._timeout
        state = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        state.initiate_connection()
        stream = state.get_next_available_stream_id()
        state.send_headers(stream, head, end_stream=not body)
        if body:
            state.send_data(stream, body, end_stream=True)
        reply = _Reply()
        while not reply.whole:
            connection.sendall(state.data_to_send())
            if (left := deadline - time.monotonic()) <= 0:
                raise TimeoutError
            connection.settimeout(left)
            if not (received := connection.recv(1 << 16)):
                raise NoAnswerError("connection closed before an answer")
            if received.startswith(b"HTTP/"):
                raise NoAnswerError("no HTTP/2: the server speaks HTTP/1")
            for event in state.receive_data(received):
                reply.take(event)
                if isinstance(event, DataReceived):
                    state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        return Reply(reply.status, Headers(reply.headers), bytes(reply.body))


class _Reply:
    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.whole = False

    def take(self, event: Event) -> None:
        """What an event adds."""
        if isinstance(event, ResponseReceived):
            pairs = [(str(name), str(value)) for name, value in event.headers or ()]
            self.status = int(next(value for name, value in pairs if name == ":status"))
            self.headers = [pair for pair in pairs if not pair[0].startswith(":")]
        elif isinstance(event, DataReceived):
            self.body += event.data or b""
        elif isinstance(event, StreamEnded):
            self.whole = True
        elif isinstance(event, StreamReset | ConnectionTerminated):
            raise NoAnswerError(f"the server ended it: error {event.error_code!s}")
