"""Meshes and pods without agents: namespaces only, and sockets inside them."""

import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lateen.lib.clock import SystemClock
from lateen.lib.netns import run_inside
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.cleanup import remove_mesh_network
from lateen.node.network.mesh_network import MeshNetwork
from lateen.node.network.pod_network import Attachment, PodNetwork

_numbers = itertools.count()


class Mesh:
    """A mesh's network with pods in it; `echo` servers answer with their name."""

    def __init__(self, name: str, state: Path) -> None:
        self.name = name
        self.network = MeshNetwork(name, state)
        self.plan: AddressPlan = self.network.ensure()
        self.pods = PodNetwork(name, self.plan, state, SystemClock())
        self._listeners: list[socket.socket] = []

    def pod(self) -> Attachment:
        return self.pods.attach(f"{next(_numbers):08x}-0000-4000-8000-{os.getpid():012x}")

    def echo(self, netns: Path, port: int, name: str) -> None:
        """Answer every connection to `port` with `name` and the client's address."""
        listener = run_inside(netns, lambda: socket.create_server(("0.0.0.0", port)))
        self._listeners.append(listener)
        threading.Thread(target=_serve, args=(listener, name), daemon=True).start()

    def close(self) -> None:
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        remove_mesh_network(self.name)


def _serve(listener: socket.socket, name: str) -> None:
    with suppress(OSError):
        while True:
            connection, (client, *_) = listener.accept()
            with connection:
                connection.sendall(f"{name} {client}".encode())


def ask(netns: Path | None, address: object, port: int) -> tuple[str, str]:
    """Who answers at `address:port` for a client in `netns` (None: the machine), and whom it took us for."""

    def connect() -> tuple[str, str]:
        with socket.create_connection((str(address), port), timeout=3) as connection:
            name, _, client = connection.recv(200).decode().partition(" ")
            return name, client

    return connect() if netns is None else run_inside(netns, connect)


@pytest.fixture
def new_mesh(tmp_path: Path) -> Iterator[Callable[[], Mesh]]:
    meshes: list[Mesh] = []

    def make() -> Mesh:
        name = f"t{os.getpid()}-{len(meshes)}"
        meshes.append(Mesh(name, tmp_path / name))
        return meshes[-1]

    yield make
    for mesh in meshes:
        mesh.close()


@pytest.fixture
def mesh(new_mesh: Callable[[], Mesh]) -> Mesh:
    return new_mesh()
