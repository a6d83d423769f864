"""A client that makes the simulator's calls for real, at a listener that a PROXY header tells where they go."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded
from tests.support.agreement import Answer

from lateen.simulation.call import Call, Protocol

TIMEOUT = 10
NO_REQUEST = b"bytes\n"
TLS_ALERT = "\x15\x03"


@dataclass(frozen=True, slots=True)
class CallClient:
    """`certificate` and `key` are files with what it shows to servers that ask."""

    certificate: Path
    key: Path

    def send(self, port: int, call: Call, *, terminated: bool) -> Answer:
        """The answer at a port of this machine; `terminated`: whether TLS is ended there, if the client speaks it."""
        start = time.monotonic()
        answer = Answer(0, {}, "")
        with suppress(ConnectionError, ssl.SSLError):
            answer = self._exchange(_connected(port, call), call, terminated=terminated)
        return Answer(answer.status, answer.headers, answer.body, time.monotonic() - start)

    def _exchange(self, connection: socket.socket, call: Call, *, terminated: bool) -> Answer:
        with connection:
            if call.protocol.encrypted and not terminated:
                return _said(connection, self._hello(call))
            if call.protocol.encrypted:
                connection = self._context(call).wrap_socket(connection, server_hostname=call.server_name)
            with connection:
                match call.protocol:
                    case Protocol.HTTP | Protocol.HTTPS:
                        return _requested(connection, call)
                    case Protocol.HTTP2:
                        return _streamed(connection, call)
                return _said(connection, NO_REQUEST)

    def _context(self, call: Call) -> ssl.SSLContext:
        """It trusts every server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if call.alpn or call.protocol is Protocol.HTTPS:
            context.set_alpn_protocols(call.alpn.split(",") if call.alpn else ["http/1.1"])
        if call.client_certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context

    def _hello(self, call: Call) -> bytes:
        """The first bytes of a TLS connection."""
        sent = ssl.MemoryBIO()
        tls = self._context(call).wrap_bio(ssl.MemoryBIO(), sent, server_hostname=call.server_name)
        with suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        return sent.read()


def _connected(port: int, call: Call) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    connection.sendall(f"PROXY TCP4 {call.source} {call.address} 40000 {call.port}\r\n".encode())
    return connection


def _said(connection: socket.socket, text: bytes) -> Answer:
    """What comes back for bytes; a TLS alert is no more than the end of the connection."""
    connection.sendall(text)
    got = b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode("latin-1")
    if got.startswith(TLS_ALERT):
        got = ""
    status = int(got.split(" ", 2)[1]) if got.startswith("HTTP/1.1 ") else 0
    return Answer(status, {}, "" if status else got)


def _requested(connection: socket.socket, call: Call) -> Answer:
    client = http.client.HTTPConnection("127.0.0.1")
    client.sock = connection
    client.putrequest(call.method, call.path, skip_host=True, skip_accept_encoding=True)
    client.putheader("host", call.authority)
    for name, value in call.headers.items():
        client.putheader(name, value)
    client.endheaders()
    response = client.getresponse()
    return Answer(response.status, _joined(response), response.read().decode())


def _streamed(connection: socket.socket, call: Call) -> Answer:
    """The same over HTTP/2, without TLS."""
    client = H2Connection(H2Configuration(header_encoding="utf-8"))
    client.initiate_connection()
    pseudo = {":method": call.method, ":path": call.path, ":scheme": "http", ":authority": call.authority}
    client.send_headers(1, [*pseudo.items(), *call.headers.items()], end_stream=True)
    headers: dict[str, str] = {}
    body = b""
    for event in _events(connection, client):
        if isinstance(event, ResponseReceived):
            headers = {str(name): str(value) for name, value in event.headers}
        elif isinstance(event, DataReceived):
            body += event.data
    return Answer(int(headers.get(":status", 0)), headers, body.decode())


def _events(connection: socket.socket, client: H2Connection) -> Iterator[Event]:
    """What happens until the answer is whole, or the connection ends."""
    while True:
        connection.sendall(client.data_to_send())
        if not (received := connection.recv(1 << 16)):
            return
        for event in client.receive_data(received):
            yield event
            if isinstance(event, StreamEnded):
                return


def _joined(response: http.client.HTTPResponse) -> Mapping[str, str]:
    names = {name.lower() for name, _ in response.getheaders()}
    return {name: ",".join(response.headers.get_all(name, [])) for name in names}
