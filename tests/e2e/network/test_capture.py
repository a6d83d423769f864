import ctypes
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from tests.e2e.network.conftest import Mesh, ask

from lateen.lib.netns import run_inside
from lateen.node.network.capture import Capture, install_capture, parse_capture

pytestmark = pytest.mark.root

T = TypeVar("T")
ORIGINAL_DESTINATION = 80


def as_proxy(action: Callable[[], T]) -> Callable[[], T]:
    """Run `action` with the proxy's user id: only the calling thread changes."""

    def run() -> T:
        ctypes.CDLL(None).setfsuid(1337)
        return action()

    return run


class Proxy:
    """Listens as the sidecar does; answers with its port and where the client really wanted to go."""

    def __init__(self, netns: Path) -> None:
        self.netns = netns
        self.listeners = [run_inside(netns, as_proxy(partial(listen, port))) for port in (15001, 15006)]
        for listener in self.listeners:
            threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        port = listener.getsockname()[1]
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    original = connection.getsockopt(socket.SOL_IP, ORIGINAL_DESTINATION, 16)
                    wanted, address = struct.unpack("!2xH4s8x", original)
                    connection.sendall(f"{port} {socket.inet_ntoa(address)}:{wanted}".encode())

    def ask(self, address: object, port: int, source: str = "") -> tuple[str, str]:
        """A connection that the proxy itself makes."""

        def connect() -> tuple[str, str]:
            with socket.socket() as connection:
                if source:
                    connection.bind((source, 0))
                connection.settimeout(3)
                connection.connect((str(address), port))
                first, _, second = connection.recv(200).decode().partition(" ")
                return first, second

        return run_inside(self.netns, as_proxy(connect))

    def close(self) -> None:
        for listener in self.listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def listen(port: int) -> socket.socket:
    return socket.create_server(("0.0.0.0", port))


@pytest.fixture
def proxies() -> Iterator[list[Proxy]]:
    made: list[Proxy] = []
    yield made
    for proxy in made:
        proxy.close()


def test_what_an_application_sends_goes_to_the_proxy(mesh: Mesh, proxies: list[Proxy]) -> None:
    pod, other = mesh.pod(), mesh.pod()
    mesh.echo(other.netns, 8080, "other")
    proxies.append(Proxy(pod.netns))
    install_capture(pod.netns, Capture())
    assert ask(pod.netns, "10.96.0.77", 9080) == ("15001", "10.96.0.77:9080")
    assert ask(pod.netns, other.address, 8080) == ("15001", f"{other.address}:8080")


def test_what_the_proxy_sends_is_not_captured_again(mesh: Mesh, proxies: list[Proxy]) -> None:
    pod, other = mesh.pod(), mesh.pod()
    mesh.echo(other.netns, 8080, "other")
    mesh.echo(pod.netns, 9080, "app")
    proxies.append(Proxy(pod.netns))
    install_capture(pod.netns, Capture())
    assert proxies[0].ask(other.address, 8080) == ("other", str(pod.address))
    assert proxies[0].ask(pod.address, 9080, source="127.0.0.6") == ("app", "127.0.0.6")
    assert proxies[0].ask("127.0.0.1", 9080) == ("app", "127.0.0.1")


def test_a_call_to_oneself_through_the_proxy_arrives_at_the_inbound_port(mesh: Mesh, proxies: list[Proxy]) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 9080, "app")
    proxies.append(Proxy(pod.netns))
    install_capture(pod.netns, Capture())
    assert proxies[0].ask(pod.address, 9080) == ("15006", f"{pod.address}:9080")
    assert ask(pod.netns, pod.address, 9080)[0] == "app"
    assert ask(pod.netns, "127.0.0.1", 9080)[0] == "app"


def test_what_arrives_goes_to_the_proxy_except_its_own_ports(mesh: Mesh, proxies: list[Proxy]) -> None:
    pod, client = mesh.pod(), mesh.pod()
    mesh.echo(pod.netns, 9080, "app")
    mesh.echo(pod.netns, 15021, "ready")
    proxies.append(Proxy(pod.netns))
    install_capture(pod.netns, Capture())
    for netns in (client.netns, None):
        assert ask(netns, pod.address, 9080) == ("15006", f"{pod.address}:9080")
        assert ask(netns, pod.address, 15021)[0] == "ready"


def test_annotations_let_traffic_pass(mesh: Mesh, proxies: list[Proxy]) -> None:
    pod, other = mesh.pod(), mesh.pod()
    mesh.echo(other.netns, 3306, "database")
    mesh.echo(other.netns, 8080, "other")
    mesh.echo(pod.netns, 22, "shell")
    prefix = "traffic.sidecar.istio.io/"
    capture, complaints = parse_capture(
        {
            prefix + "excludeOutboundPorts": "3306",
            prefix + "excludeInboundPorts": "22",
            prefix + "includeOutboundIPRanges": f"{other.address}/32,10.96.0.0/12",
        }
    )
    assert complaints == []
    proxies.append(Proxy(pod.netns))
    install_capture(pod.netns, capture)
    assert ask(pod.netns, other.address, 3306)[0] == "database"
    assert ask(pod.netns, other.address, 8080)[0] == "15001"
    assert ask(None, pod.address, 22)[0] == "shell"
    install_capture(pod.netns, Capture(enabled=False))
    assert ask(pod.netns, other.address, 8080)[0] == "other"


def test_pods_are_captured_at_once(mesh: Mesh) -> None:
    pods = [mesh.pod() for _ in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda pod: install_capture(pod.netns, Capture()), pods))
    for pod in pods:
        with pytest.raises(ConnectionRefusedError):
            ask(pod.netns, "10.96.0.77", 80)
