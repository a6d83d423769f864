"""The node agent's side of a pod's shim: starting it, watching it, asking it for things."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import lateen
from lateen.api.meta import JsonObject
from lateen.node.listening import listening_ports
from lateen.node.pod_folder import PodFolder
from lateen.node.shim.control import SOCKET
from lateen.node.shim.spec import ShimState

_SOURCE = str(Path(lateen.__file__).parent.parent)
_START = f"import sys; sys.path.insert(0, {_SOURCE!r}); from lateen.node.shim.main import main; main()"
_PACKET = 65536 * 3
_ANSWER_SECONDS = 10.0


class ShimError(Exception):
    """The shim could not do what it was asked for, or is not there."""


async def start_shim(folder: PodFolder) -> None:
    """Start the shim for what `spec.json` says. It outlives this process. Raises ShimError."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", _START, str(folder.path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd="/",
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
    )
    _, errors = await process.communicate()
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise ShimError(lines[-1] if lines else f"the pod's shim ended with status {process.returncode}")


class Channel:
    """One connection to a shim: JSON packets, perhaps with file descriptors."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, packet: JsonObject, fds: Sequence[int] = ()) -> None:
        """Send one packet. Raises ShimError."""
        try:
            socket.send_fds(self._connection, [json.dumps(packet).encode()], list(fds))
        except OSError as error:
            raise ShimError(f"the pod's shim has ended: {error.strerror}") from None

    async def receive(self) -> tuple[JsonObject, list[int]] | None:
        """The next packet with its descriptors; None at the end."""
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(self._connection, _PACKET, 4)
            except BlockingIOError:
                await _readable(self._connection)
                continue
            except OSError:
                return None
            return (json.loads(data), list(fds)) if data else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ShimClient:
    """Asks one pod's shim. Every method raises ShimError when it is not there."""

    def __init__(self, folder: PodFolder) -> None:
        self._folder = folder

    def open(self) -> Channel:
        """A new connection."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            fd = os.open(self._folder.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                connection.connect(f"/proc/self/fd/{fd}/{SOCKET}")
            finally:
                os.close(fd)
        except OSError as error:
            connection.close()
            raise ShimError(f"the pod's shim is not there: {error.strerror}") from None
        return Channel(connection)

    async def watch(self) -> AsyncIterator[ShimState]:
        """The state now and after each change, until the shim ends."""
        with self.open() as channel:
            channel.send({"op": "watch"})
            while (packet := await channel.receive()) is not None:
                state: ShimState = packet[0]  # type: ignore[assignment]  # the shim's own words
                yield state

    async def stop(self, grace: float) -> None:
        """Begin to stop the pod."""
        await self._ask({"op": "stop", "grace": grace})

    async def kill(self, container: str, grace: float) -> None:
        """Stop one container, which is then started again if the pod's restart policy says so."""
        await self._ask({"op": "kill", "container": container, "grace": grace})

    async def run(self, container: str, argv: Sequence[str]) -> int:
        """Run a program in a container and return its exit code; cancelling this ends the program."""
        with self.open() as channel:
            channel.send({"op": "exec", "container": container, "argv": list(argv)})
            packet = await channel.receive()
        if packet is None or packet[0].get("failure"):
            raise ShimError(packet[0]["failure"] if packet else "the pod's shim has ended")
        return int(packet[0]["exit"])

    async def connect(self, host: str, port: int, source: str = "") -> socket.socket:
        """A TCP connection made inside the pod's network namespace. Raises OSError when it is refused."""
        answer, fds = await self._ask({"op": "connect", "host": host, "port": port, "source": source})
        if not fds:
            raise ShimError(str(answer.get("failure") or "no connection"))
        connection = socket.socket(fileno=fds[0])
        try:
            await _writable(connection)
            if number := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(number, os.strerror(number))
        except BaseException:
            connection.close()
            raise
        return connection

    def listening_ports(self) -> frozenset[int]:
        """The TCP ports that are listened on in the pod."""
        pid = self._folder.shim_pid()
        return listening_ports(pid) if pid else frozenset()

    async def _ask(self, request: JsonObject) -> tuple[JsonObject, list[int]]:
        with self.open() as channel:
            channel.send(request)
            async with asyncio.timeout(_ANSWER_SECONDS):
                packet = await channel.receive()
        if packet is None:
            raise ShimError("the pod's shim has ended")
        if packet[0].get("failure"):
            raise ShimError(packet[0]["failure"])
        return packet


async def _readable(connection: socket.socket) -> None:
    # The number is kept: whoever closes the connection meanwhile takes it from the object.
    loop, fd = asyncio.get_running_loop(), connection.fileno()
    ready = loop.create_future()
    loop.add_reader(fd, _resolve, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)


async def _writable(connection: socket.socket) -> None:
    loop, fd = asyncio.get_running_loop(), connection.fileno()
    ready = loop.create_future()
    loop.add_writer(fd, _resolve, ready)
    try:
        await ready
    finally:
        loop.remove_writer(fd)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
