"""HTTPS requests to a port of this machine under a name of one's own, alone or as a steady load."""

import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

from cryptography import x509

TIMEOUT = 5.0


@dataclass(frozen=True)
class HttpsClient:
    """Asks for `host`, which it also names in TLS, at `port`; trusts `authority`."""

    host: str
    port: int
    authority: str
    certificate: tuple[str, str] | None = None
    """The files of a client certificate and its key."""

    def connect(self, *protocols: str) -> ssl.SSLSocket:
        context = ssl.create_default_context(cadata=self.authority)
        if self.certificate:
            context.load_cert_chain(*self.certificate)
        if protocols:
            context.set_alpn_protocols(protocols)
        raw = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        try:
            return context.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise

    def open(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT)
        connection.sock = self.connect()
        return connection

    def get(self, path: str = "/") -> tuple[int, str, int]:
        """Status, body and the serial number of the server's certificate, over a new connection."""
        connection = self.open()
        try:
            serial = serial_of(connection)
            return (*ask(connection, path), serial)
        finally:
            connection.close()


def ask(connection: http.client.HTTPConnection, path: str = "/") -> tuple[int, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def serial_of(connection: http.client.HTTPConnection) -> int:
    assert isinstance(connection.sock, ssl.SSLSocket)
    found = connection.sock.getpeercert(binary_form=True)
    assert found
    return x509.load_der_x509_certificate(found).serial_number


@dataclass
class HttpsLoad:
    """Requests at `rate` per second from a thread, every other one over a new connection, the rest over one kept."""

    client: HttpsClient
    rate: float = 50.0
    sent: int = 0
    errors: list[str] = field(default_factory=list)
    serials: set[int] = field(default_factory=set)

    def __enter__(self) -> "HttpsLoad":
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        started = time.monotonic()
        kept = self.client.open()
        while not self._stop.wait(max(0.0, started + self.sent / self.rate - time.monotonic())):
            self.sent += 1
            try:
                status, _ = ask(kept) if self.sent % 2 else self._anew()
                if status != 200:
                    self.errors.append(f"request {self.sent}: status {status}")
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(f"request {self.sent}: {error!r}")
                kept.close()
                kept = self.client.open()
        kept.close()

    def _anew(self) -> tuple[int, str]:
        status, body, serial = self.client.get()
        self.serials.add(serial)
        return status, body
