"""The mesh's name server: UDP and TCP."""

import asyncio
import logging
import signal
import socket
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from lateen.lib.netns import run_inside
from lateen.lib.tasks import TaskGroup
from lateen.node.dns.ports import CAPTURED_PORT, DNS_PORT
from lateen.node.dns.responder import Responder, ZoneFile
from lateen.node.dns.upstream import Upstream

log = logging.getLogger(__name__)

_TCP_IDLE_SECONDS = 10.0
_TCP_CONNECTIONS = 256
_UDP_WAITING = 2048


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """Where to answer (`address` inside `netns`), from which table, and whose name servers know the rest."""

    netns: Path
    address: str
    table: Path
    resolv_conf: Path = Path("/etc/resolv.conf")


async def serve(settings: DnsSettings, presence: AbstractContextManager[None]) -> None:
    """Answer until SIGTERM; `presence` is entered once questions are answered.

    Raises OSError when the address can't be used.

    Only the listening sockets are in the mesh's namespace: the process stays in the machine's, from where the
    machine's own name servers can be reached, those on its loopback address too.
    """
    ports = (DNS_PORT, CAPTURED_PORT)
    sockets = run_inside(settings.netns, lambda: [_sockets(settings.address, port) for port in ports])
    upstream = Upstream(settings.resolv_conf)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with TaskGroup() as tasks, AsyncExitStack() as stack:
        for port, (datagrams, listener) in zip(ports, sockets, strict=True):
            responder = Responder(ZoneFile(settings.table, with_entries=port == CAPTURED_PORT), upstream)
            transport, _ = await loop.create_datagram_endpoint(partial(_Datagrams, responder, tasks), sock=datagrams)
            stack.callback(transport.close)
            server = await asyncio.start_server(_Streams(responder).handle, sock=listener)
            stack.callback(server.close)
        log.info("answering at %s:%s in %s", settings.address, ports, settings.netns.name)
        with presence:
            await stop.wait()


def _sockets(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    datagrams.bind((address, port))
    datagrams.setblocking(False)
    return datagrams, socket.create_server((address, port), backlog=128)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, responder: Responder, tasks: TaskGroup) -> None:
        self._responder = responder
        self._tasks = tasks
        self._waiting = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        answer = self._responder.remembered(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, client)
        elif self._waiting < _UDP_WAITING:
            self._waiting += 1
            self._tasks.start(self._answer(data, client), "answer a question")

    async def _answer(self, packet: bytes, client: tuple[str, int]) -> None:
        try:
            answer = await self._responder.respond(packet, over_tcp=False, client=client[0])
        finally:
            self._waiting -= 1
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, client)


class _Streams:
    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._free = asyncio.Semaphore(_TCP_CONNECTIONS)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._free.locked():
                async with self._free:
                    await self._converse(reader, writer, writer.get_extra_info("peername")[0])
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: str) -> None:
        while True:
            async with asyncio.timeout(_TCP_IDLE_SECONDS):
                packet = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            answer = await self._responder.respond(packet, over_tcp=True, client=client)
            if answer is None:
                return
            writer.write(len(answer).to_bytes(2) + answer)
            await writer.drain()
