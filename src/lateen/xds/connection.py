"""One proxy's stream: introduces the proxy, feeds the state machine, sends what it says."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from envoy.service.discovery.v3 import discovery_pb2

from lateen.api.problem import ResourceRef
from lateen.ir.config import Layer
from lateen.lib.clock import Clock
from lateen.model.workload import Proxy
from lateen.xds.delta import Action, DeltaStream, Refused, Send, Target
from lateen.xds.distribution import Distribution
from lateen.xds.node_identity import proxy_of

log = logging.getLogger(__name__)

Write = Callable[[bytes], Awaitable[None]]


class Observer(Protocol):
    """Who wants to know what happens on connections."""

    def joined(self, connection: "Connection") -> None: ...
    def left(self, connection: "Connection") -> None: ...
    def sent(self, connection: "Connection", action: Send) -> None: ...
    def refused(self, connection: "Connection", refusal: Refused) -> None: ...
    def settled(self, connection: "Connection", push: Distribution) -> None: ...
    def caught_up(self, connection: "Connection") -> None: ...


class Connection:
    """One stream. `number` tells apart the streams of a proxy that reconnects."""

    __slots__ = (
        "_clock",
        "_closed",
        "_observer",
        "_outbox",
        "_pushes",
        "_told",
        "_wake",
        "blamed",
        "connected_at",
        "has_rejections",
        "layers",
        "number",
        "proxy",
        "stream",
        "taken",
        "version",
    )

    def __init__(self, number: int, clock: Clock, stream: DeltaStream, observer: Observer) -> None:
        self.number = number
        self.stream = stream
        self.proxy: Proxy | None = None
        self.connected_at = clock.now()
        self.version = ""
        self.has_rejections = False
        self.blamed: dict[ResourceRef, tuple[str, str]] = {}
        """Rules for which the proxy refused something: of which type, and in which words."""
        self.taken = 0
        """The newest push of which the proxy has answered all that concerns it; 0 before the first."""
        self.layers: tuple[Layer, ...] = ()
        """What the latest target was made from."""
        self._clock = clock
        self._observer = observer
        self._outbox: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._pushes: list[Distribution] = []
        self._told = 0
        self._closed = False

    @property
    def name(self) -> str:
        """`<pod>.<namespace>`, as istioctl prints proxies; "" before the proxy has introduced itself."""
        return f"{self.proxy.name}.{self.proxy.namespace}" if self.proxy else ""

    def receive(self, request: discovery_pb2.DeltaDiscoveryRequest) -> None:
        """Take a message from the proxy. Raises UnknownNodeError when the first one doesn't say who it is."""
        if self.proxy is None:
            self.proxy = proxy_of(request.node)
            self.version = request.node.metadata.fields["ISTIO_VERSION"].string_value
            self._observer.joined(self)
        self._act(self.stream.on_request(request, self._clock.monotonic()))

    def push(self, target: Target, record: Distribution | None) -> None:
        """Bring the proxy to `target`; `record` notes how that goes."""
        actions = self.stream.on_config(target, self._clock.monotonic())
        if record is not None and (actions or not self.stream.settled):
            record.outstanding.add(self.name)
            self._pushes.append(record)
        self._told = target.version
        self._act(actions)

    def tick(self, now: float) -> None:
        """Time has passed."""
        if now >= self.stream.deadline:
            self._act(self.stream.on_time(now))

    def _act(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                self._outbox.append(action.body)
                for push in self._pushes:
                    push.reached.add(self.name)
                self._observer.sent(self, action)
            else:
                self._observer.refused(self, action)
        if actions:
            self._wake.set()
        if self.taken != self._told and self.stream.settled:
            self.taken = self._told
            self._settle()
            self._observer.caught_up(self)

    @property
    def pushes(self) -> list[Distribution]:
        """The pushes that the proxy has yet to answer."""
        return self._pushes

    def _settle(self) -> None:
        pushes, self._pushes = self._pushes, []
        for push in pushes:
            self._observer.settled(self, push)

    async def write_to(self, write: Write) -> None:
        """Send what there is to send, until the connection closes."""
        while not self._closed:
            await self.drain(write)
            self._wake.clear()
            if not self._outbox:
                await self._wake.wait()

    async def drain(self, write: Write) -> None:
        """Send what there is to send now."""
        while self._outbox:
            await write(self._outbox.popleft())

    @property
    def backlog(self) -> int:
        """How many responses wait for the network."""
        return len(self._outbox)

    def close(self) -> None:
        """The stream has ended."""
        self._closed = True
        self._wake.set()
        if self.proxy is not None:
            self._observer.left(self)
