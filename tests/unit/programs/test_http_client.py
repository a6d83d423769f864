import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from lateen.lib.clock import SystemClock
from lateen.pki.authority import ensure_server_files
from lateen.programs.dialing import NoAnswerError
from lateen.programs.http_client import Client, Url, fetch, parse_url


def test_urls() -> None:
    assert parse_url("http://reviews:9080/reviews/1?a=b") == Url("reviews", 9080, "/reviews/1?a=b")
    assert parse_url("details") == Url("details", 80, "/")
    assert parse_url("http://[::1]:81").authority == "[::1]:81"
    assert parse_url("https://bookinfo.example.com/x") == Url("bookinfo.example.com", 443, "/x", tls=True)
    assert parse_url("https://a").authority == "a"
    for wrong in ("ftp://x/", "http://", "http://x:y/"):
        with pytest.raises(ValueError, match=wrong.partition("://")[0]):
            parse_url(wrong)


class Scripted:
    """Answers each connection with the next of the given bytes, then closes it."""

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        if tls:
            self.listener = tls.wrap_socket(self.listener, server_side=True)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self._serve, args=(answers,), daemon=True).start()

    def _serve(self, answers: tuple[bytes, ...]) -> None:
        for answer in answers:
            connection, _ = self.listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
        self.listener.close()


def test_answers_that_end_with_the_connection() -> None:
    assert fetch(Scripted(b"HTTP/1.0 200 OK\r\n\r\nall of it").url).body == b"all of it"


def test_interim_answers_are_skipped() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    assert fetch(Scripted(interim).url).status == 204


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "connection closed before an answer"),
        (b"hello\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "cut off"),
    ],
)
def test_what_is_no_answer(answer: bytes, reason: str) -> None:
    with pytest.raises(NoAnswerError, match=reason):
        fetch(Scripted(answer).url)


def test_a_connection_that_the_server_closed_is_made_again() -> None:
    kept = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
    with Client(parse_url(Scripted(kept + b"a", kept + b"b").url), 5) as client:
        assert [client.send("GET", keep=True).body for _ in range(2)] == [b"a", b"b"]


def test_the_timeout_is_for_the_whole_exchange() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="timeout"):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=0.1)
        assert time.monotonic() - started < 2


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoAnswerError, match="connection refused"):
        fetch(f"http://127.0.0.1:{port}/")


def test_tls_to_another_address_names_the_host_of_the_url(tmp_path: Path) -> None:
    files = ensure_server_files(tmp_path, "m", SystemClock())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate, files.key)
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", tls=tls)
    peer = ("127.0.0.1", parse_url(server.url).port)
    with Client(parse_url("https://bookinfo.example.com/"), 5, peer) as client:
        assert client.send("GET", keep=False).body == b"x"
    assert names == ["bookinfo.example.com"]
