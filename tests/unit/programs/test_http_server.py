import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from tests.unit.programs.conftest import Serve

from lateen.programs.dialing import NoAnswerError
from lateen.programs.http_client import Client, fetch, parse_url
from lateen.programs.http_server import Request, Response, Server, http_date, listen, port_from, text_response


def echo(request: Request) -> Response:
    return Response(200, request.body or request.path.encode(), (("X-Method", request.method),))


def raw(port: int, message: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_connection_serves_many_requests(served: Serve) -> None:
    one = served(echo)
    with Client(parse_url(f"{one.url}/a"), 5) as client:
        replies = [client.send("GET", keep=True) for _ in range(3)]
        assert client._connection is not None
    assert [reply.body for reply in replies] == [b"/a"] * 3
    assert replies[0].headers.get("connection") == "keep-alive"


def test_pipelined_requests_are_answered_in_order(served: Serve) -> None:
    request = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(served(echo).server.port, request % 1 + request % 2)
    assert answer.index(b"\r\n\r\n/1") < answer.index(b"\r\n\r\n/2")


def test_bodies_with_length_in_chunks_and_after_a_question(served: Serve) -> None:
    port = served(echo).server.port
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    assert raw(port, head + b"Content-Length: 5\r\n\r\nhello").endswith(b"\r\n\r\nhello")
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
    assert raw(port, chunked).endswith(b"\r\n\r\nhello")
    asked = raw(port, head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nok")
    assert asked.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/2\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70000 + b"\r\n\r\n", b"431"),
    ],
)
def test_what_is_not_http_gets_an_error(served: Serve, message: bytes, status: bytes) -> None:
    assert raw(served(echo).server.port, message).split(b" ")[1] == status


def test_streams_are_sent_in_chunks(served: Serve) -> None:
    one = served(lambda _: Response(200, iter([b"one ", b"", b"two"])))
    reply = one.ask("/")
    assert reply.body == b"one two"
    assert reply.headers.get("transfer-encoding") == "chunked"
    assert one.ask("/", "HEAD").body == b""


def test_a_failing_handler_is_a_500_and_the_server_goes_on(served: Serve) -> None:
    def fail(request: Request) -> Response:
        if request.path == "/fail":
            raise RuntimeError("oops")
        return text_response("fine")

    one = served(fail)
    assert one.ask("/fail").status == 500
    assert one.ask("/").body == b"fine"


def test_stop_finishes_what_was_begun_and_refuses_what_comes_later() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        begun.set()
        go_on.wait(10)
        return text_response("done")

    server = Server(listen(0), slow, linger=0)
    runner = threading.Thread(target=server.run)
    runner.start()
    answers: list[bytes] = []
    url = f"http://127.0.0.1:{server.port}/"
    asker = threading.Thread(target=lambda: answers.append(fetch(url, timeout=10).body))
    asker.start()
    assert begun.wait(5)
    server.stop()
    while server.listener.fileno() >= 0:
        pass
    with pytest.raises(NoAnswerError, match="connection refused"):
        fetch(url)
    assert runner.is_alive()
    go_on.set()
    asker.join(5)
    runner.join(5)
    assert answers == [b"done"]
    assert not runner.is_alive()


def test_an_idle_connection_does_not_hold_up_the_end(served: Serve) -> None:
    one = served(echo)
    with Client(parse_url(one.url), 5) as client:
        client.send("GET", keep=True)
        one.stop()


def test_a_program_ends_by_itself_after_sigterm() -> None:
    command = [sys.executable, "-m", "lateen.programs.helloworld", "0"]
    environment = os.environ | {"SERVICE_VERSION": "v7", "HOSTNAME": "pod-1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split()[-1]
        reply = fetch(f"http://127.0.0.1:{port}/hello")
        assert reply.body == b"Hello version: v7, instance: pod-1\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert '127.0.0.1 "GET /hello HTTP/1.1" 200' in process.stdout.read()


@pytest.mark.parametrize(
    ("arguments", "variable", "port"),
    [
        ([], "", 80),
        ([], "8080", 8080),
        (["9080"], "8080", 9080),
        (["--port=81"], "8080", 81),
        (["-port", "82"], "", 82),
    ],
)
def test_the_port(arguments: list[str], variable: str, port: int) -> None:
    assert port_from(arguments, variable, 80) == port


def test_dates() -> None:
    assert http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"
