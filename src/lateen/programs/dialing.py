"""Connections to servers, plain or in TLS."""

import socket
from dataclasses import dataclass

Peer = tuple[str, int]


class NoAnswerError(Exception):
    """There was no (whole) answer: no connection, a timeout, or something of another protocol."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The client's side of TLS: the server name it asks for and the protocols it offers."""

    name: str
    alpn: tuple[str, ...] = ()


def dial(peer: Peer, timeout: float, tls: Tls | None = None) -> socket.socket:
    """A connection; certificates are not checked: meshes make their own. Raises OSError."""
    connection = socket.create_connection(peer, timeout=timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls is None:
        return connection
    import ssl  # noqa: PLC0415 - sample programs, which import this module, start sooner without it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if tls.alpn:
        context.set_alpn_protocols(list(tls.alpn))
    try:
        return context.wrap_socket(connection, server_hostname=tls.name)
    except OSError:
        connection.close()
        raise


def reason_of(failure: Exception) -> str:
    """Why there was no answer, in short."""
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, ConnectionRefusedError):
        return "connection refused"
    text = str(failure).partition("] ")[2].lower() or str(failure)
    return "the server speaks no TLS" if text.startswith("wrong version number") else text
