"""Whatever is applied, changed and deleted in whichever order: proxies end where a fresh start would bring them, and
on the way no route names a cluster that the proxy lacks.

LATEEN_PERMUTATIONS is how many random orders are tried, LATEEN_SEED is what they begin with.
"""

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.support.rule_pool import POOL, version_of
from tests.support.seed import SEED
from tests.support.xds_link import Link

from lateen.api.problem import ResourceRef
from lateen.api.schema import decode
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.model.build import SnapshotBuilder
from lateen.model.workload import ProxyType
from lateen.resolve.mesh import MeshResolver
from lateen.store.memory import MemoryStore
from lateen.translate.names import SECRET_TYPE
from lateen.xds.encode import Encoder
from lateen.xds.fleet import Fleet
from lateen.xds.push import Pusher
from lateen.xds.resource_type import TYPES, WILDCARD_TYPES
from lateen.xds.transition import GRACE_SECONDS

PERMUTATIONS = int(os.environ.get("LATEEN_PERMUTATIONS", "60"))
ENOUGH_FOR_SECRETS = 500
"""In fewer orders it may happen that no proxy ever needs one."""
BURST_SECONDS = 0.2
"""Longer than the pusher waits for the end of a burst."""
LINGER_SECONDS = 1.0


class StrictLink(Link):
    """A proxy that fails the test when it is told of a cluster's use before the cluster, or of its end too early."""

    responses = 0
    patient = True
    """Whether clusters must also have their endpoints; not on the way back after a lost connection."""

    async def write(self, body: bytes) -> None:
        await super().write(body)
        self.responses += 1
        assert not self.client.dangling(warm=self.patient)

    async def reconnect(self) -> None:
        self.patient = False
        self.connection.close()
        self.connect()


class World:
    """The control plane from the store to the streams, and four proxies."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        resolver = MeshResolver()
        self.fleet = Fleet(resolver, self.clock, linger=LINGER_SECONDS)
        self.pusher = Pusher(self.store, resolver, self.fleet, self.clock)
        self.refs = {name: _ref(name) for name in POOL}
        self.versions: dict[str, int] = {}
        self.done = Counter[str]()
        self.links = [
            StrictLink(self.fleet, "r1", app="reviews", version="v1"),
            StrictLink(self.fleet, "d1", app="details", version="v2"),
            StrictLink(self.fleet, "o1", "other", app="reviews", version="v1"),
            StrictLink(self.fleet, "gw", "istio-system", kind=ProxyType.GATEWAY, istio="ingressgateway"),
        ]

    async def permute(self) -> None:
        """Some documents in a random order, each applied, changed or deleted, in bursts; messages in between."""
        names = self.chance.sample(sorted(POOL), self.chance.randint(2, 8))
        while names:
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                if names:
                    await self.write(names.pop())
            await self.clock.advance(BURST_SECONDS)
            for link in self.links:
                await self.talk(link)

    async def write(self, name: str) -> None:
        old = self.versions.get(name)
        choices = [number for number in (None, *range(len(POOL[name]))) if number != old]
        new = self.chance.choice(choices)
        if new is None:
            del self.versions[name]
            await self.store.delete(self.refs[name])
        else:
            self.versions[name] = new
            body = version_of(name, new)
            await (self.store.create(body) if old is None else self.store.replace(body))
        self.done["deleted" if new is None else "applied" if old is None else "changed"] += 1

    async def talk(self, link: StrictLink) -> None:
        """Some of what proxy and control plane have to say to each other, or all of it; rarely the line breaks."""
        if self.chance.random() < 0.02:
            self.done["reconnected"] += 1
            await link.reconnect()
        for _ in range(self.chance.choice((0, 1, 2, 4))):
            await link.exchange()
        if self.chance.random() < 0.3:
            await link.pump()

    async def settle(self) -> None:
        for seconds in (BURST_SECONDS + GRACE_SECONDS, LINGER_SECONDS):
            await self.clock.advance(seconds)
            for link in self.links:
                await link.pump()
                link.connection.tick(self.clock.monotonic())
                await link.pump()
                link.patient = True

    async def check(self) -> None:
        """Every proxy has exactly what a control plane that starts now would tell it."""
        listing = await self.store.list()
        builder, resolver, encoder = SnapshotBuilder(gives_addresses=True), MeshResolver(), Encoder()
        for stored in listing.items:
            builder.put(stored.resource)
        resolver.update(builder.build(listing.revision))
        for link in self.links:
            assert link.connection.stream.settled
            assert link.connection.proxy is not None
            sheets = encoder.target(resolver.config_for(link.connection.proxy).layers, 1).sheets
            for type_url in TYPES:
                wanted = {name: each.version for sheet in sheets[type_url] for name, each in sheet.resources.items()}
                if type_url not in WILDCARD_TYPES:
                    wanted = {name: version for name, version in wanted.items() if self.asks(link, type_url, name)}
                assert link.client.held(type_url) == wanted, (link.connection.name, type_url)

    @staticmethod
    def asks(link: StrictLink, type_url: str, name: str) -> bool:
        return name in link.client.subscribed[type_url]


def _ref(name: str) -> ResourceRef:
    resource, _ = decode(POOL[name][0])
    assert resource is not None
    return resource.ref


@asynccontextmanager
async def world(seed: int) -> AsyncIterator[World]:
    made = World(random.Random(seed))
    async with TaskGroup() as tasks:
        tasks.start(made.pusher.run(), "push")
        await made.settle()
        yield made


@pytest.mark.timeout(60 + PERMUTATIONS)
async def test_any_order_of_change_ends_where_a_fresh_start_does_and_loses_no_cluster_on_the_way() -> None:
    async with world(SEED) as made:
        for number in range(PERMUTATIONS):
            try:
                await made.permute()
                await made.settle()
                await made.check()
            except AssertionError as error:
                raise AssertionError(f"LATEEN_SEED={SEED}, permutation {number}, {made.versions}") from error
        responses = sum(link.responses for link in made.links)
        print(f"{PERMUTATIONS} permutations: {dict(made.done)}, {responses} responses checked")
        assert min(made.done[each] for each in ("applied", "changed", "deleted")) > PERMUTATIONS / 2
        if PERMUTATIONS >= ENOUGH_FOR_SECRETS:
            assert any(SECRET_TYPE in link.client.resources for link in made.links)
