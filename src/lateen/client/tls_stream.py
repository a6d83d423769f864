"""A TLS connection for two threads, one that reads and one that writes."""

import select
import socket
import ssl
import threading

from lateen.client.access import Access
from lateen.client.tls import tls_context

CONNECT_SECONDS = 10.0
_PAUSE_SECONDS = 0.2
"""How long a reader may take to notice that another thread has closed the connection."""


def connect_stream(access: Access) -> "socket.socket | TlsStream":
    """A connection to an API's server. Raises OSError, AccessError."""
    context = tls_context(access)
    connection = socket.create_connection((access.host, access.port), CONNECT_SECONDS)
    if context is None:
        connection.settimeout(None)
        return connection
    try:
        return TlsStream(context.wrap_socket(connection, server_hostname=access.host))
    except OSError:
        connection.close()
        raise


class TlsStream:
    """Looks like a socket. Two threads must not use one of OpenSSL's connections at once, and Python's sockets don't
    see to that: now and then a request that is written while the server's session tickets are read is lost."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        connection.setblocking(False)
        self.family = connection.family
        self._connection = connection
        self._lock = threading.Lock()
        self._closed = False
        self._timeout: float | None = None

    def fileno(self) -> int:
        """The descriptor, to wait for more to read."""
        return self._connection.fileno()

    def recv(self, size: int) -> bytes:
        """What has come, at least one byte; none at the end."""
        while not self._closed:
            try:
                with self._lock:
                    return self._connection.recv(size)
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return b""
        return b""

    def sendall(self, content: bytes) -> None:
        """Write all of `content`. Raises OSError."""
        view = memoryview(content)
        while view:
            try:
                with self._lock:
                    view = view[self._connection.send(view) :]
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)

    def settimeout(self, seconds: float | None) -> None:
        """Taken note of only: whoever waits too long closes the connection."""
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        """What was set."""
        return self._timeout

    def setsockopt(self, level: int, name: int, value: int) -> None:
        """As a socket's."""
        self._connection.setsockopt(level, name, value)

    def getsockname(self) -> object:
        """As a socket's."""
        return self._connection.getsockname()

    def getpeername(self) -> object:
        """As a socket's."""
        return self._connection.getpeername()

    def shutdown(self, how: int) -> None:
        """End the connection below TLS."""
        socket.socket.shutdown(self._connection, how)

    def close(self) -> None:
        """End the connection, and whatever another thread reads from it."""
        self._closed = True
        with self._lock:
            self._connection.close()

    def _wait(self, what: int) -> None:
        if self._closed or (descriptor := self._connection.fileno()) < 0:
            raise ConnectionAbortedError("the connection was closed")
        poll = select.poll()
        poll.register(descriptor, what)
        poll.poll(_PAUSE_SECONDS * 1000)
