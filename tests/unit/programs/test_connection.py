import socket
import threading
from collections.abc import Callable

import pytest

from lateen.programs import connection
from lateen.programs.connection import Connection
from lateen.programs.dialing import NoAnswerError, Peer, Tls


def served(talk: Callable[[socket.socket], object]) -> Peer:
    """Where one connection is taken, and talked on until that returns."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        taken, _ = listener.accept()
        with listener, taken:
            talk(taken)

    threading.Thread(target=serve, daemon=True).start()
    host, port = listener.getsockname()
    return host, port


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server has all the time it needs on a busy machine."""
    monkeypatch.setattr(connection, "HELD_SECONDS", 5.0)


def test_a_connection_that_stays_open_is_one() -> None:
    with Connection(served(lambda it: it.recv(1)), 5) as client:
        reply = client.send()
    assert (reply.status, reply.body) == (0, b"")


def test_what_the_server_says_first_is_the_reply() -> None:
    def greet(taken: socket.socket) -> None:
        taken.sendall(b"mysql")
        taken.recv(1)

    assert Connection(served(greet), 5).send().body == b"mysql"


@pytest.mark.usefixtures("patient")
def test_what_the_client_says_first_is_sent() -> None:
    assert Connection(served(lambda it: it.sendall(it.recv(9).upper())), 5).send(body=b"ping").body == b"PING"


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("talk", "tls", "reason"),
    [
        (lambda _: None, None, "connection closed"),
        (lambda it: it.sendall(b"no TLS at all"), Tls("a.com"), "the server speaks no TLS|record layer failure"),
    ],
)
def test_connections_that_are_closed_or_of_another_kind(
    talk: Callable[[socket.socket], object], tls: Tls | None, reason: str
) -> None:
    with pytest.raises(NoAnswerError, match=reason):
        Connection(served(talk), 5, tls).send()


def test_where_nobody_listens() -> None:
    with pytest.raises(NoAnswerError, match="connection refused"):
        Connection(("127.0.0.1", 1), 5).send()
