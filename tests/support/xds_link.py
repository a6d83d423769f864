"""Joins in-memory clients to a fleet, without sockets."""

from envoy.config.core.v3 import base_pb2
from tests.support.xds_client import Refuses, XdsClient

from lateen.model.workload import ProxyType
from lateen.xds.connection import Connection
from lateen.xds.fleet import Fleet


class Link:
    """One client's stream. `pump` passes messages to and fro until both sides have nothing to say."""

    def __init__(
        self,
        fleet: Fleet,
        name: str,
        namespace: str = "default",
        refuses: Refuses = lambda *_: False,
        kind: ProxyType = ProxyType.SIDECAR,
        **labels: str,
    ) -> None:
        node = base_pb2.Node(id=f"{kind.value}~10.244.0.9~{name}.{namespace}~{namespace}.svc.cluster.local")
        node.metadata.update({"LABELS": labels, "ISTIO_VERSION": "1.0"})
        self.client = XdsClient(node, refuses)
        self._fleet = fleet
        self.connect()

    def connect(self) -> None:
        """Open a stream; the one before, if any, is left open."""
        self.connection: Connection = self._fleet.open()
        self.client.connect()

    async def write(self, body: bytes) -> None:
        self.client.receive(body)

    async def pump(self) -> None:
        """Exchange all messages there are."""
        while self.client.outbox or self.connection.backlog:
            while self.client.outbox:
                await self.exchange()
            await self.connection.drain(self.write)

    async def exchange(self) -> None:
        """Pass one request on, if there is one, and all responses that there are then."""
        if self.client.outbox:
            self.connection.receive(self.client.outbox.popleft())
        await self.connection.drain(self.write)
