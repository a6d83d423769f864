import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from lateen.lib.clock import SystemClock
from lateen.pki.authority import ensure_server_files
from lateen.programs.dialing import NoAnswerError
from lateen.programs.http2_client import Http2Client
from lateen.programs.http_client import parse_url

Answer = Callable[[H2Connection, int, dict[str, str], bytes], None]


class Server:
    """Takes one connection and answers its one stream."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        if tls is not None:
            self._listener = tls.wrap_socket(self._listener, server_side=True)
        self._answer = answer
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        state = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        state.initiate_connection()
        head: dict[str, str] = {}
        body = b""
        with self._listener, connection:
            while received := connection.recv(1 << 16):
                for event in state.receive_data(received):
                    if isinstance(event, RequestReceived):
                        head = {str(name): str(value) for name, value in event.headers or ()}
                    elif isinstance(event, DataReceived):
                        body += event.data or b""
                    elif isinstance(event, StreamEnded):
                        self._answer(state, event.stream_id, head, body)
                connection.sendall(state.data_to_send())


def echo(state: H2Connection, stream: int, head: dict[str, str], body: bytes) -> None:
    state.send_headers(stream, [(":status", "103")])
    state.send_headers(stream, [(":status", "201"), ("x-authority", head[":authority"]), ("x-user", head["x-user"])])
    state.send_data(stream, f"{head[':method']} {head[':path']} ".encode() + body, end_stream=True)


def test_a_request_and_its_answer() -> None:
    with Http2Client(parse_url(f"{Server(echo).url}/a?b=c"), 5) as client:
        reply = client.send("POST", [("Host", "reviews"), ("X-User", "jason"), ("Connection", "close")], b"text")
    assert (reply.status, reply.body) == (201, b"POST /a?b=c text")
    assert (reply.headers.get("x-authority"), reply.headers.get("x-user")) == ("reviews", "jason")


@pytest.mark.parametrize(
    ("answer", "timeout", "reason"),
    [
        (lambda state, stream, *_: state.reset_stream(stream, 7), 5, "the server ended it: error "),
        (lambda state, *_: state.close_connection(2), 5, "the server ended it: error "),
        (lambda *_: None, 0.1, "timeout"),
    ],
)
def test_streams_that_end_without_an_answer(answer: Answer, timeout: float, reason: str) -> None:
    with pytest.raises(NoAnswerError, match=reason):
        Http2Client(parse_url(Server(answer).url), timeout).send("GET")


@pytest.mark.parametrize("agreed", ["h2", "http/1.1"])
def test_in_tls_the_server_must_agree(agreed: str, tmp_path: Path) -> None:
    files = ensure_server_files(tmp_path, "m", SystemClock())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate, files.key)
    tls.set_alpn_protocols([agreed])
    client = Http2Client(parse_url(Server(echo, tls).url), 5)
    if agreed == "h2":
        assert client.send("GET", [("x-user", "a")]).status == 201
    else:
        with pytest.raises(NoAnswerError, match="the server does not agree to HTTP/2"):
            client.send("GET")


def test_a_server_of_http_1_is_none() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with listener, connection:
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    with pytest.raises(NoAnswerError, match="no HTTP/2"):
        Http2Client(parse_url(f"http://127.0.0.1:{listener.getsockname()[1]}/"), 5).send("GET")
