"""The whole control plane on a clock of its own, with in-memory proxies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.xds_link import Link

from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.model.snapshot import MeshSnapshot
from lateen.resolve.mesh import MeshResolver
from lateen.store.config_store import Stored
from lateen.store.memory import MemoryStore
from lateen.xds.distribution import Outcome
from lateen.xds.fleet import Fleet
from lateen.xds.push import Pusher


class Resolver(MeshResolver):
    """The real one, which can be made to fail."""

    broken = False

    def update(self, snapshot: MeshSnapshot) -> None:
        if self.broken:
            raise RuntimeError("a bug of ours")
        super().update(snapshot)


class Plane:
    """A control plane on a clock of its own."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        self.resolver = Resolver()
        self.fleet = Fleet(self.resolver, self.clock)
        self.pusher = Pusher(self.store, self.resolver, self.fleet, self.clock)
        self.links: list[Link] = []

    async def connect(self, name: str, **options: Any) -> Link:
        """A new proxy, with all it is told at first; `options` are those of Link."""
        link = Link(self.fleet, name, **options)
        self.links.append(link)
        await link.pump()
        return link

    async def apply(self, *bodies: dict[str, Any]) -> Outcome:
        """Write documents in one burst; returns how the last of them fared."""
        stored: Stored | None = None
        for body in bodies:
            stored = await self.store.create(body)
        assert stored is not None
        return await self.settle(stored.revision)

    async def settle(self, revision: int) -> Outcome:
        """Let the burst end, and all proxies answer."""
        await self.clock.advance(0.2)
        for link in self.links:
            await link.pump()
        return self.fleet.distributions.outcome(revision)


@asynccontextmanager
async def plane() -> AsyncIterator[Plane]:
    """One that runs."""
    made = Plane()
    async with TaskGroup() as tasks:
        tasks.start(made.pusher.run(), "push")
        await made.clock.advance(0.2)
        assert made.pusher.ready.is_set()
        yield made


def namespace(name: str = "default") -> dict[str, Any]:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def service(name: str) -> dict[str, Any]:
    """A Service at port 9080."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"clusterIP": "10.96.0.9", "selector": {"app": name}, "ports": [{"name": "http", "port": 9080}]},
    }
