"""Proxies that take whatever delta ADS sends and acknowledge it.

Usage: python -m bench.ads_client SOCKET < JSON list of nodes ({"id": …, "metadata": {…}})
Prints `ready` once every proxy has its first configuration, then runs until its input is closed.
"""

import asyncio
import json
import sys
from typing import Any

from bench.http2 import GrpcStream
from envoy.config.core.v3 import base_pb2
from envoy.service.discovery.v3 import discovery_pb2
from tests.support.xds_client import needs_of

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE

PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
CHILDREN = {CLUSTER_TYPE: ENDPOINT_TYPE, LISTENER_TYPE: ROUTE_TYPE}
MANY = 100


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def skim(response: bytes) -> tuple[str, str]:
    """A response's type URL and nonce, its resources unread."""
    position, type_url, nonce = 0, "", ""
    while position < len(response):
        tag, position = _varint(response, position)
        length, position = _varint(response, position)
        match tag >> 3:
            case 4:
                type_url = response[position : position + length].decode()
            case 5:
                nonce = response[position : position + length].decode()
        position += length
    return type_url, nonce


class Proxies:
    """All proxies of this process."""

    def __init__(self) -> None:
        self.waiting = 0
        self.ready = asyncio.Event()

    def settled(self) -> None:
        """One more proxy has its first configuration."""
        self.waiting -= 1
        if not self.waiting:
            self.ready.set()


class AdsProxy:
    """One proxy: subscribes as Envoy does, acknowledges everything, keeps only names."""

    def __init__(self, node: base_pb2.Node, proxies: Proxies) -> None:
        self.node = node
        self.proxies = proxies
        self.held: dict[str, dict[str, frozenset[str]]] = {CLUSTER_TYPE: {}, LISTENER_TYPE: {}}
        self.names: dict[str, set[str]] = {ENDPOINT_TYPE: set(), ROUTE_TYPE: set()}
        self.asked_listeners = False
        self.unsettled: set[str] | None = {LISTENER_TYPE, ROUTE_TYPE}

    def start(self, stream: GrpcStream) -> None:
        """Say who it is, and ask for all clusters."""
        first = discovery_pb2.DeltaDiscoveryRequest(node=self.node, type_url=CLUSTER_TYPE)
        stream.send(first.SerializeToString())

    def message(self, stream: GrpcStream, body: bytes) -> None:
        """Acknowledge a response; clusters and listeners lead to more subscriptions."""
        type_url, nonce = skim(body)
        answer = discovery_pb2.DeltaDiscoveryRequest(type_url=type_url, response_nonce=nonce)
        stream.send(answer.SerializeToString())
        if type_url in CHILDREN:
            self._follow(stream, type_url, body)
        if type_url == (ENDPOINT_TYPE if self.names[ENDPOINT_TYPE] else CLUSTER_TYPE) and not self.asked_listeners:
            self.asked_listeners = True
            stream.send(discovery_pb2.DeltaDiscoveryRequest(type_url=LISTENER_TYPE).SerializeToString())
        if self.unsettled is not None:
            self._count(type_url)

    def _count(self, type_url: str) -> None:
        assert self.unsettled is not None
        self.unsettled.discard(type_url)
        if type_url == LISTENER_TYPE and not self.names[ROUTE_TYPE]:
            self.unsettled.discard(ROUTE_TYPE)
        if not self.unsettled:
            self.unsettled = None
            self.proxies.settled()

    def _follow(self, stream: GrpcStream, parent: str, body: bytes) -> None:
        response = discovery_pb2.DeltaDiscoveryResponse.FromString(body)
        held, child = self.held[parent], CHILDREN[parent]
        for resource in response.resources:
            held[resource.name] = needs_of(parent, child, resource.resource.value)
        for name in response.removed_resources:
            held.pop(name, None)
        wanted = set[str]().union(*held.values())
        if wanted != self.names[child]:
            request = discovery_pb2.DeltaDiscoveryRequest(
                type_url=child,
                resource_names_subscribe=wanted - self.names[child],
                resource_names_unsubscribe=self.names[child] - wanted,
            )
            self.names[child] = wanted
            stream.send(request.SerializeToString())


async def connect(socket: str, node: dict[str, Any], proxies: Proxies) -> GrpcStream:
    """Open one proxy's stream."""
    message = base_pb2.Node(id=node["id"])
    message.metadata.update(node["metadata"])
    proxy = AdsProxy(message, proxies)
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_unix_connection(lambda: GrpcStream(PATH, proxy.message), socket)
    proxy.start(stream)
    return stream


async def main(socket: str, nodes: list[dict[str, Any]]) -> None:
    """Run the proxies until the input is closed."""
    proxies = Proxies()
    proxies.waiting = len(nodes)
    streams = []
    for index, node in enumerate(nodes):
        streams.append(await connect(socket, node, proxies))
        if index % MANY == MANY - 1:
            await asyncio.sleep(0)
    while not proxies.ready.is_set():
        if broken := [stream.closed for stream in streams if stream.closed]:
            raise SystemExit(f"{len(broken)} proxies lost their stream: {broken[0]}")
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    if broken := [stream.closed for stream in streams if stream.closed]:
        raise SystemExit(f"{len(broken)} proxies lost their stream: {broken[0]}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.stdin.readline())))
