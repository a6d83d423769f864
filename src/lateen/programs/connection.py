"""Connections without a request: whether they are made, and stay."""

import socket
from collections.abc import Iterable

from lateen.programs.dialing import NoAnswerError, Peer, Tls, dial, reason_of
from lateen.programs.http_client import Reply
from lateen.programs.http_message import Headers

SILENCE_SECONDS = 0.15
"""A server that speaks first does so sooner."""

HELD_SECONDS = 0.3
"""A proxy that passes a connection on to nobody closes it at once."""


class Connection:
    """Dials `peer`. A connection that is still open after a moment, or in which the server speaks first, is one."""

    def __init__(self, peer: Peer, timeout: float, tls: Tls | None = None) -> None:
        self._peer = peer
        self._timeout = timeout
        self._tls = tls

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        """Each connection is ended as soon as it is known to have been made."""

    def send(
        self, _method: str = "", _headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, keep: bool = False
    ) -> Reply:
        """One connection. Where the server says nothing, the client says `body`: proxies may wait for that to find out
        what is spoken. The reply's status is 0, its body what the server said. Raises NoAnswerError."""
        try:
            with dial(self._peer, self._timeout, self._tls) as connection:
                said = _heard(connection, min(SILENCE_SECONDS, self._timeout))
                if said is None:
                    connection.sendall(body)
                    said = _heard(connection, min(HELD_SECONDS, self._timeout))
        except (OSError, UnicodeError) as failure:
            raise NoAnswerError(reason_of(failure)) from None
        if said == b"":
            raise NoAnswerError("connection closed")
        return Reply(0, Headers(), said or b"")


def _heard(connection: socket.socket, seconds: float) -> bytes | None:
    """What the server says, empty when it ends the connection, None when it is silent."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1 << 16)
    except TimeoutError:
        return None
