"""All connected proxies, and what each of them is told."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from lateen.api.problem import Problem, ResourceRef
from lateen.ir.config import ProxyConfig
from lateen.lib.clock import Clock
from lateen.model.workload import Proxy
from lateen.telemetry.metrics import Metrics
from lateen.xds.blame import rejection_problems
from lateen.xds.board import ProblemBoard
from lateen.xds.connection import Connection
from lateen.xds.delta import DeltaStream, Refused, Send, Target
from lateen.xds.distribution import Distribution, Distributions, Nack
from lateen.xds.encode import Encoder
from lateen.xds.resource_type import abbreviation
from lateen.xds.response import Press

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25


class ConfigSource(Protocol):
    """Says what a proxy is to be told; `lateen.resolve.mesh.MeshResolver` is the real one."""

    def config_for(self, proxy: Proxy) -> ProxyConfig: ...


class Judge(Protocol):
    """Decides what becomes of what proxies refuse."""

    def refused(self, version: int, problems: tuple[Problem, ...]) -> None: ...
    def accepted(self, version: int) -> None: ...


class Fleet:
    """Publishes configurations to the proxies that are connected, and to those that come later."""

    def __init__(
        self,
        source: ConfigSource,
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        board: ProblemBoard | None = None,
        encoder: Encoder | None = None,
        patience: float = 5.0,
        linger: float = 0.0,
    ) -> None:
        """`patience` and `linger` are those of DeltaStream."""
        self.connections: dict[int, Connection] = {}
        self.distributions = Distributions(clock)
        self.board = board or ProblemBoard()
        self.metrics = metrics or Metrics()
        self.judge: Judge | None = None
        self.moved = asyncio.Event()
        """Set when proxies come, go, or get further. Whoever looks at how far they are clears it."""
        self.left_out: frozenset[ResourceRef] = frozenset()
        """The rules whose newest version is left out because a proxy refused it."""
        self._source = source
        self._clock = clock
        self._encoder = encoder or Encoder()
        self._press = Press()
        self._patience = patience
        self._linger = linger
        self._version = 0
        self._opened = 0
        self._layer_problems: dict[int, tuple[Problem, ...]] = {}

    def open(self) -> Connection:
        """A new stream, of a proxy that has yet to introduce itself."""
        self._opened += 1
        return Connection(self._opened, self._clock, DeltaStream(self._press, self._patience, self._linger), self)

    def publish(self, revision: int) -> Distribution:
        """Tell every proxy what the source says now, which is the store's state as of `revision`."""
        self._version += 1
        record = self.distributions.start(revision, self._version)
        self._layer_problems = {}
        for connection in list(self.connections.values()):
            if (target := self._target(connection)) is not None:
                connection.push(target, record)
        self._encoder.end()
        self.board.replace("resolve", tuple(dict.fromkeys(_flat(self._layer_problems))))
        self.distributions.sent(record)
        self.moved.set()
        return record

    def skip(self, revision: int) -> None:
        """Nothing that concerns proxies has changed up to `revision`."""
        self.distributions.sent(self.distributions.start(revision))

    def _target(self, connection: Connection) -> Target | None:
        """What to tell one proxy; None after a failure of ours, so that it keeps what it has."""
        if connection.proxy is None or self._version == 0:
            return None
        try:
            layers = self._source.config_for(connection.proxy).layers
            target = self._encoder.target(layers, self._version, connection.layers)
        except Exception:
            self.metrics.internal_errors.inc()
            log.exception("no configuration for %s; it keeps what it has", connection.name)
            return None
        connection.layers = layers
        for layer in layers:
            self._layer_problems[id(layer)] = layer.problems
        return target

    def joined(self, connection: Connection) -> None:
        """A proxy has introduced itself."""
        self.connections[connection.number] = connection
        self.metrics.proxies.labels(connection.version).inc()
        log.info("proxy connected", extra={"proxy": connection.name, "proxies": len(self.connections)})
        if (target := self._target(connection)) is not None:
            connection.push(target, None)

    def left(self, connection: Connection) -> None:
        """A proxy's stream has ended."""
        if self.connections.pop(connection.number, None) is None:
            return
        self.metrics.proxies.labels(connection.version).dec()
        self.board.replace(f"proxy {connection.number}", ())
        self.moved.set()
        for push in connection.pushes:
            self.distributions.settle(push, connection.name, answered=False)
        log.info("proxy disconnected", extra={"proxy": connection.name, "proxies": len(self.connections)})

    def sent(self, connection: Connection, action: Send) -> None:
        """A response is on its way."""
        kind = abbreviation(action.type_url).lower()
        self.metrics.pushes.labels(kind).inc()
        self.metrics.config_size.labels(kind).observe(len(action.body))
        if connection.has_rejections:
            self._note_rejections(connection)

    def refused(self, connection: Connection, refusal: Refused) -> None:
        """A proxy has turned something down."""
        kind = abbreviation(refusal.type_url)
        problems = tuple(_problems(connection, refusal.type_url, refusal.names))
        rules = [problem.resource for problem in problems if problem.resource is not None]
        self.metrics.rejects.labels(kind.lower()).inc()
        log.warning(
            "proxy refused configuration",
            extra={
                "proxy": connection.name,
                "type": kind,
                "resources": sorted(refusal.names),
                "rules": sorted(map(str, rules)),
                "error": refusal.message,
            },
        )
        for push in connection.pushes:
            push.nacked[connection.name] = Nack(connection.name, kind, refusal.message)
        connection.blamed.update(dict.fromkeys(rules, (refusal.type_url, refusal.message)))
        self._note_rejections(connection)
        if self.judge is not None and connection.stream.target is not None:
            self.judge.refused(connection.stream.target.version, problems)

    def _note_rejections(self, connection: Connection) -> None:
        problems = [
            problem
            for type_url, subscription in connection.stream.subscriptions.items()
            for problem in _problems(connection, type_url, subscription.rejected)
        ]
        connection.has_rejections = bool(problems)
        self.board.replace(f"proxy {connection.number}", tuple(problems))

    def settled(self, connection: Connection, push: Distribution) -> None:
        """A proxy has answered all of a push."""
        self.distributions.settle(push, connection.name)
        if push.complete and push.last_answer is not None:
            self.metrics.convergence_time.observe(max(0.0, push.last_answer - push.noticed))
        if self.judge is not None and push.complete and not push.nacked:
            self.judge.accepted(push.version)

    def caught_up(self, connection: Connection) -> None:
        """A proxy has answered all it was told."""
        self.moved.set()

    async def watch_deadlines(self) -> None:
        """End steps that wait too long, for ever."""
        while True:
            await self._clock.sleep(TICK_SECONDS)
            now = self._clock.monotonic()
            for connection in list(self.connections.values()):
                connection.tick(now)


def rejected_rules(connection: Connection) -> frozenset[ResourceRef]:
    """The rules of which the proxy refuses something now."""
    subscriptions = connection.stream.subscriptions.items()
    problems = (each for url, found in subscriptions for each in _problems(connection, url, found.rejected))
    return frozenset(problem.resource for problem in problems if problem.resource is not None)


def _problems(connection: Connection, type_url: str, names: Iterable[str]) -> Iterable[Problem]:
    """What the proxy found wrong with those of `names` that it refuses."""
    subscription = connection.stream.subscriptions[type_url]
    for name in names:
        if (rejection := subscription.rejected.get(name)) is not None:
            yield from rejection_problems(type_url, rejection.resource, rejection.message)


def _flat(problems: Mapping[int, tuple[Problem, ...]]) -> Iterable[Problem]:
    for each in problems.values():
        yield from each
