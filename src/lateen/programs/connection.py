"""Connections without a request: whether they are made, and stay."""

import time
from collections.abc import Iterable

from lateen.programs.dialing import NoAnswerError, Peer, Tls, dial, reason_of
from lateen.programs.http_client import Reply
from lateen.programs.http_message import Headers

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
        """One connection, with `body` as what the client says first. The reply's status is 0, its body what the server
        said. Raises NoAnswerError."""
        deadline = time.monotonic() + self._timeout
        try:
            with dial(self._peer, self._timeout, self._tls) as connection:
                if body:
                    connection.sendall(body)
                connection.settimeout(max(0.001, min(HELD_SECONDS, deadline - time.monotonic())))
                try:
                    said = connection.recv(1 << 16)
                except TimeoutError:
                    return Reply(0, Headers(), b"")
        except (OSError, UnicodeError) as failure:
            raise NoAnswerError(reason_of(failure)) from None
        if not said:
            raise NoAnswerError("connection closed")
        return Reply(0, Headers(), said)
