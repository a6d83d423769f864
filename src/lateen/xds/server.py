"""The gRPC server that proxies connect to."""

import logging
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from envoy.service.discovery.v3 import discovery_pb2

from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup
from lateen.xds.connection import Connection
from lateen.xds.fleet import Fleet
from lateen.xds.flow import ByteBudget
from lateen.xds.node_identity import UnknownNodeError

log = logging.getLogger(__name__)

SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"
METHOD = "DeltaAggregatedResources"
PROXY_GROUP = 1337
SMALL_BYTES = 64_000

OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.max_concurrent_streams", 100_000),
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
)


@dataclass(slots=True, frozen=True)
class Address:
    """Where to listen: a Unix socket's path, and if wanted `host:port` besides. The socket is for group 1337 only."""

    socket: Path
    tcp: str = ""


class XdsServer:
    """Delta ADS over grpc.aio. `start` listens, `stop` ends all streams."""

    def __init__(self, fleet: Fleet, clock: Clock, address: Address) -> None:
        self._fleet = fleet
        self._address = address
        self._budget = ByteBudget(clock)
        self._tasks = TaskGroup()
        self._server: Any = None  # grpc ships no types
        self.port = 0
        """The TCP port in use; 0 without one."""

    async def start(self) -> None:
        """Listen. An old socket file is replaced."""
        server = self._server = grpc.aio.server(options=list(OPTIONS))
        handler = grpc.stream_stream_rpc_method_handler(
            self._converse, request_deserializer=discovery_pb2.DeltaDiscoveryRequest.FromString
        )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))
        _make_room(self._address.socket)
        server.add_insecure_port(f"unix:{self._address.socket}")
        if self._address.tcp:
            self.port = server.add_insecure_port(self._address.tcp)
        await server.start()
        _restrict(self._address.socket)
        self._tasks.start(self._fleet.watch_deadlines(), "xds deadlines")
        log.info("xds listens", extra={"socket": str(self._address.socket), "tcp": self._address.tcp})

    async def stop(self) -> None:
        """End all streams; proxies keep what they have and connect again when there is a server."""
        await self._tasks.close()
        if self._server is not None:
            await self._server.stop(grace=None)

    # `context` is a grpc.aio.ServicerContext; grpc ships no types.
    async def _converse(self, _requests: object, context: Any) -> None:
        connection = self._fleet.open()
        async with TaskGroup() as tasks:
            tasks.start(self._write(connection, context), "xds writer")
            try:
                while (request := await context.read()) is not grpc.aio.EOF:
                    connection.receive(request)
                    if connection.stream.stuck:
                        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "too many responses unanswered")
            except UnknownNodeError as error:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            finally:
                connection.close()

    async def _write(self, connection: Connection, context: Any) -> None:
        async def write(body: bytes) -> None:
            if len(body) <= SMALL_BYTES:
                await context.write(body)
                return
            taken = await self._budget.take(len(body))
            try:
                await context.write(body)
            finally:
                self._budget.give_back(taken)

        await connection.write_to(write)


def _make_room(socket: Path) -> None:
    socket.parent.mkdir(parents=True, exist_ok=True)
    if socket.exists() and stat.S_ISSOCK(socket.stat().st_mode):
        socket.unlink()


def _restrict(socket: Path) -> None:
    socket.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(socket, 0, PROXY_GROUP)
