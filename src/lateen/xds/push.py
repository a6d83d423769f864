"""From the store's writes to pushes: waits for the end of a burst, builds a snapshot, publishes it."""

import asyncio
import logging
from collections.abc import Iterable
from math import inf
from typing import Protocol

from lateen.api.problem import Problem, ResourceRef
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup, forever
from lateen.model.build import KINDS, SnapshotBuilder
from lateen.model.snapshot import MeshSnapshot
from lateen.store.config_store import ConfigStore, TooOldError
from lateen.xds.debounce import Debounce
from lateen.xds.feed import Feed
from lateen.xds.fleet import ConfigSource, Fleet
from lateen.xds.quarantine import Memory, Quarantine, Standing
from lateen.xds.transition import Transition

log = logging.getLogger(__name__)


class Resolver(ConfigSource, Protocol):
    """A source that is brought up to date with snapshots."""

    def update(self, snapshot: MeshSnapshot) -> None: ...


class Pusher:
    """Keeps the fleet at the store's newest state. A failure of ours keeps the last good one and is logged once."""

    def __init__(
        self, store: ConfigStore, resolver: Resolver, fleet: Fleet, clock: Clock, memory: Memory | None = None
    ) -> None:
        """`memory` keeps the versions of rules that proxies refused."""
        self.snapshot: MeshSnapshot | None = None
        self.published = 0
        """The revision that proxies have been, or are being, told of."""
        self.ready = asyncio.Event()
        """Set once the first snapshot is published."""
        self._store = store
        self._resolver = resolver
        self._fleet = fleet
        self._clock = clock
        self._builder = SnapshotBuilder(gives_addresses=True)
        self._quarantine = Quarantine(self._builder, memory)
        self._transition = Transition(self._quarantine)
        self.feed = Feed(self._transition, [kind.__name__ for kind in KINDS])
        fleet.judge = self
        self._debounce = Debounce()
        self._noticed = asyncio.Event()
        self._touched: set[ResourceRef] = set()
        self._dirty = False

    def standings(self) -> Iterable[Standing]:
        """How each rule stands."""
        return self._quarantine.standings()

    def is_on_trial(self, ref: ResourceRef) -> bool:
        """Whether it is yet to be found out if proxies refuse what comes of a rule."""
        return self._quarantine.is_on_trial(ref)

    async def run(self) -> None:
        """Follow the store until cancelled."""
        backoff = Backoff(0.1, 5.0)
        async with TaskGroup() as tasks:
            pause = Backoff(0.1, 5.0)
            tasks.start(forever(self._push, name="xds push", pause=lambda: self._clock.sleep(pause.next())), "xds push")
            await forever(self._follow, name="xds feed", pause=lambda: self._clock.sleep(backoff.next()))

    async def _follow(self) -> None:
        """List, then watch until the watch breaks or is too old."""
        listing = await self._store.list()
        self.feed.load(listing.items, listing.revision)
        self._dirty = True
        self._note(listing.revision)
        try:
            async for event in self._store.watch(listing.revision):
                self._dirty |= self._apply_event(event.stored.ref, self.feed.apply(event), event.type.value)
                self._note(event.revision)
        except TooOldError:
            log.info("the store no longer has what came after the last revision seen; reading everything again")

    def _apply_event(self, ref: ResourceRef, relevant: bool, event: str) -> bool:
        if relevant:
            self._touched.add(ref)
            metrics = self._fleet.metrics
            is_registry = ref.kind in {"Service", "Pod", "EndpointSlice", "Namespace", "Node"}
            counter = metrics.registry_events if is_registry else metrics.config_events
            counter.labels(ref.kind, event.lower()).inc()
        return relevant

    def _note(self, revision: int) -> None:
        self._fleet.distributions.notice(revision)
        self._debounce.note(self._clock.monotonic())
        self._noticed.set()

    async def _push(self) -> None:
        """Wait for a burst of writes to end, and push."""
        await self._something_to_do()
        while (due := self._debounce.due) is not None and (delay := due - self._clock.monotonic()) > 0:
            await self._clock.sleep(delay)
        self._debounce.clear()
        self._noticed.clear()
        self.flush()

    async def _something_to_do(self) -> None:
        """Wait for a write, or for the end of the time for which a rule waits for another."""
        if (due := self._transition.due) == inf:
            await self._noticed.wait()
            return
        async with TaskGroup() as tasks:
            alarm = tasks.start(self._clock.sleep(due - self._clock.monotonic()), "end of a transition")
            noticed = tasks.start(self._noticed.wait(), "next write")
            await asyncio.wait({alarm, noticed}, return_when=asyncio.FIRST_COMPLETED)

    def flush(self) -> None:
        """Build and publish what the feed has now."""
        started = self._clock.monotonic()
        self._dirty |= self._transition.settle(started)
        waiting = (self.feed.held[ref] for ref in self._transition.waiting)
        self._fleet.distributions.postpone(stored.revision for stored in waiting)
        revision, touched, self._touched = self.feed.revision, self._touched, set()
        if not self._dirty:
            self._fleet.skip(revision)
            self.published = revision
            return
        self._dirty = False
        for kind in {ref.kind for ref in touched}:
            self._fleet.metrics.triggers.labels(kind).inc()
        self._rebuild(revision, touched)
        record = self._fleet.publish(revision)
        self.published = revision
        self._quarantine.published(record.version)
        if record.complete and not record.nacked:
            self.accepted(record.version)
        self._tell_left_out()
        elapsed = self._clock.monotonic() - started
        self._fleet.metrics.push_time.labels("all").observe(elapsed)
        if record.outstanding:
            log.info(
                "pushed",
                extra={"revision": revision, "proxies": len(record.outstanding), "ms": round(elapsed * 1000, 1)},
            )
        self.ready.set()

    def refused(self, version: int, problems: tuple[Problem, ...]) -> None:
        """A proxy has refused part of a push: the rules that may be the cause are tried without."""
        if self._quarantine.refused(version, problems):
            self._tell_left_out()
            self._push_again()

    def accepted(self, version: int) -> None:
        """Every proxy has taken a push: those of the rules in question that were in it are put up with."""
        if self._quarantine.accepted(version):
            self._push_again()

    def _push_again(self) -> None:
        self._dirty = True
        self._debounce.note(self._clock.monotonic())
        self._noticed.set()

    def _tell_left_out(self) -> None:
        problems = self._quarantine.problems
        self._fleet.left_out = frozenset(problem.resource for problem in problems if problem.resource is not None)
        self._fleet.board.replace("left out", problems)

    def _rebuild(self, revision: int, touched: set[ResourceRef]) -> None:
        """The one place where a failure of the pure stages is caught."""
        try:
            snapshot = self._builder.build(revision)
            self._resolver.update(snapshot)
        except Exception:
            self._fleet.metrics.internal_errors.inc()
            names = ", ".join(map(str, sorted(touched)[:20]))
            log.exception("configuration can't be built; proxies keep the last good one; changed: %s", names)
            return
        self.snapshot = snapshot
        self._fleet.metrics.services.set(len(snapshot.services))
        self._fleet.metrics.virtual_services.set(len(snapshot.virtual_services))
        self._fleet.board.replace("model", tuple(snapshot.problems))
