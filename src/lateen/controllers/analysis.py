"""Keeps what the analyzers find in the running mesh up to date, in the quiet after changes."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from lateen.analysis.analyzers.schema import document_problems
from lateen.analysis.catalog import DEFAULTS, SCHEMA
from lateen.analysis.config import configuration
from lateen.analysis.run import finished
from lateen.api.problem import Problem, ResourceRef
from lateen.controllers.status_writer import ISTIO_KINDS
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup, forever
from lateen.store.config_store import ConfigStore, Event, EventType, Stored, TooOldError

log = logging.getLogger(__name__)

KINDS = ("Namespace", "Node", "ConfigMap", "Secret", "Service", "Pod", "Deployment", "Ingress", *ISTIO_KINDS)
"""What analyzers look at."""

WITH_STATUS = frozenset({"Service", "ServiceEntry", "WorkloadEntry"})
"""Kinds whose status analyzers look at; of others, a new status is no reason to look again."""

QUIET_SHARE = 10
"""The quiet before a look lasts so many times as long as the last look took: it costs a tenth of a core at most."""
LEAST_QUIET_SECONDS = 0.03
MOST_QUIET_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0

_ACROSS = tuple(each for each in DEFAULTS if each is not SCHEMA)


class AnalysisLoop:
    """Runs the analyzers when the mesh has been quiet for a moment, and hands `publish` all they find.

    They run in a thread, so that whatever else happens (pushes to proxies above all) goes on.
    """

    def __init__(self, store: ConfigStore, clock: Clock, publish: Callable[[tuple[Problem, ...]], None]) -> None:
        self._store = store
        self._clock = clock
        self._publish = publish
        self._held: dict[ResourceRef, Stored] = {}
        self._schema: dict[ResourceRef, tuple[Stored, tuple[Problem, ...]]] = {}
        self._changed = asyncio.Event()
        self._first = self._last = 0.0
        self._quiet = LEAST_QUIET_SECONDS
        self._seen = 0
        self._busy = True
        self.observed = 0
        """The revision up to which everything has been looked at."""

    async def run(self) -> None:
        """Follow the store until cancelled."""
        backoff, pause = Backoff(0.1, 5.0), Backoff(0.1, 5.0)
        async with TaskGroup() as tasks:
            looking = forever(self._look, name="analysis", pause=lambda: self._clock.sleep(pause.next()))
            tasks.start(looking, "analysis")
            await forever(self._follow, name="analysis feed", pause=lambda: self._clock.sleep(backoff.next()))

    async def _follow(self) -> None:
        """List, then watch until the watch is too old."""
        listing = await self._store.list(KINDS)
        self._held = {stored.ref: stored for stored in listing.items}
        self._seen = listing.revision
        self._note()
        try:
            async for event in self._store.watch(listing.revision, KINDS):
                self._seen = event.revision
                if self._take(event):
                    self._note()
                elif not self._busy:
                    self.observed = event.revision
        except TooOldError:
            log.info("analysis fell behind the store's history; listing again")

    def _take(self, event: Event) -> bool:
        """Keep an event's resource; whether it may change what analyzers find."""
        stored = event.stored
        if event.type is EventType.DELETED:
            return self._held.pop(stored.ref, None) is not None
        before = self._held.get(stored.ref)
        self._held[stored.ref] = stored
        return before is None or stored.ref.kind in WITH_STATUS or _is_changed(before, stored)

    def _note(self) -> None:
        now = self._clock.monotonic()
        self._busy = True
        self._first = self._first if self._changed.is_set() else now
        self._last = now
        self._changed.set()

    async def _look(self) -> None:
        """Wait for a quiet moment, analyze, publish."""
        await self._changed.wait()
        while (delay := self._due() - self._clock.monotonic()) > 0:
            await self._clock.sleep(delay)
        self._changed.clear()
        held, seen, began = list(self._held.values()), self._seen, self._clock.monotonic()
        self._publish(await asyncio.to_thread(self._analyze, held, self._clock.now()))
        took = self._clock.monotonic() - began
        self._quiet = min(MOST_QUIET_SECONDS, max(LEAST_QUIET_SECONDS, QUIET_SHARE * took))
        self._busy = self._changed.is_set()
        self.observed = seen if self._busy else self._seen

    def _analyze(self, held: Sequence[Stored], now: float) -> tuple[Problem, ...]:
        config = configuration((stored.resource for stored in held), now=now)
        found = [problem for analyzer in _ACROSS for problem in analyzer.analyze(config)]
        return finished((*found, *self._schema_problems(held)), config)

    def _due(self) -> float:
        return min(self._last + self._quiet, self._first + LONGEST_WAIT_SECONDS)

    def _schema_problems(self, held: Iterable[Stored]) -> Iterable[Problem]:
        """What validation finds in rules, remembered as long as they stay as they are."""
        known, self._schema = self._schema, {}
        for stored in held:
            if stored.ref.kind not in ISTIO_KINDS:
                continue
            before = known.get(stored.ref)
            if before is None or _is_changed(before[0], stored):
                before = stored, tuple(document_problems(stored.body))
            self._schema[stored.ref] = before
            yield from before[1]


def _is_changed(before: Stored, after: Stored) -> bool:
    """Whether anything but the status (or what the store itself writes) is another."""
    old, new = before.resource.metadata, after.resource.metadata
    return (old.uid, old.generation, old.labels, old.annotations) != (
        new.uid,
        new.generation,
        new.labels,
        new.annotations,
    )
