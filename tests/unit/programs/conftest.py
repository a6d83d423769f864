"""Programs served on loopback ports."""

import threading
from collections.abc import Callable, Iterator

import pytest

from lateen.programs.http_client import Client, Reply, parse_url
from lateen.programs.http_server import AccessLog, Handler, Server, listen


class Served:
    """A handler behind a real port."""

    def __init__(self, handler: Handler, access_log: AccessLog | None = None) -> None:
        self.server = Server(listen(0), handler, access_log, linger=0)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        timeout: float = 5,
    ) -> Reply:
        with Client(parse_url(self.url + path), timeout) as client:
            return client.send(method, (headers or {}).items(), body, keep=False)

    def stop(self) -> None:
        self.server.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()


Serve = Callable[..., Served]


@pytest.fixture
def served() -> Iterator[Serve]:
    running: list[Served] = []

    def start(handler: Handler, access_log: AccessLog | None = None) -> Served:
        running.append(Served(handler, access_log))
        return running[-1]

    yield start
    for one in running:
        one.stop()
