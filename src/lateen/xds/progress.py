"""How many of the proxies that get something of a rule have its newest version.

What a proxy gets is read from the origins in its configuration. Rules that leave none there (ServiceEntry, Sidecar,
virtual services that others delegate to) count as got by every proxy. A proxy counts when it has its first
configuration.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary

from lateen.api.meta import Resource
from lateen.api.problem import ResourceRef
from lateen.api.virtual_service import VirtualService
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import forever
from lateen.status.reach import Reach
from lateen.translate.names import CLUSTER_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE
from lateen.xds.blame import origins_of, ref_of
from lateen.xds.connection import Connection
from lateen.xds.fleet import Fleet, rejected_rules
from lateen.xds.quarantine import Standing
from lateen.xds.sheet import Sheet

Tell = Callable[[Iterable[ResourceRef]], None]

TRACED_KINDS = frozenset({"VirtualService", "DestinationRule", "Gateway", "RouteRule", "DestinationPolicy"})
TRACED_TYPES = (CLUSTER_TYPE, SECRET_TYPE, LISTENER_TYPE, ROUTE_TYPE)

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 1.0
"""How long a look waits for a push that is under way: a thousand proxies that answer one by one are one change."""
SHARE = 20
"""After a look comes a pause of so many times as long as it took: it costs a twentieth of a core at most."""
CALM_SECONDS = 5.0
LONGEST_CALM_SECONDS = 30.0
CHUNK = 50
CHUNK_SECONDS = 0.25


@dataclass(slots=True)
class _Audience:
    """Proxies that get something of the same rules: how many there are at each push, and who refuses what."""

    taken: Counter[int] = field(default_factory=Counter)
    rejected: Counter[tuple[ResourceRef, int]] = field(default_factory=Counter)

    def up_to_date(self, ref: ResourceRef, since: int) -> int:
        """How many have the push `since` and don't refuse what came of the rule."""
        have = sum(count for version, count in self.taken.items() if version >= since)
        return have - sum(count for (each, version), count in self.rejected.items() if each == ref and version >= since)


class Progress:
    """Looks at the fleet when it has moved, and tells whose reach is another.

    A change of a rule is told at once. That there are more or fewer proxies, which concerns all rules, is told when
    these have been the same for a while, some rules at a time: a rolling restart must not write every status often.
    """

    def __init__(self, fleet: Fleet, standings: Callable[[], Iterable[Standing]], clock: Clock) -> None:
        self._reaches: Mapping[ResourceRef, Reach] = {}
        """As of the last look."""
        self._told: dict[ResourceRef, Reach] = {}
        self._fleet = fleet
        self._standings = standings
        self._clock = clock
        self._refs: WeakKeyDictionary[Sheet, frozenset[ResourceRef]] = WeakKeyDictionary()
        self._members: frozenset[int] = frozenset()
        self._begun = False
        self._late: dict[ResourceRef, None] = {}
        self._late_since = self._members_since = 0.0

    def reach(self, ref: ResourceRef) -> Reach | None:
        """As last told; None for what no proxy could get."""
        return self._told.get(ref)

    async def run(self, tell: Tell) -> None:
        """Look again and again, and tell what changed, until cancelled."""
        backoff = Backoff(0.1, 5.0)
        await forever(partial(self._step, tell), name="progress", pause=lambda: self._clock.sleep(backoff.next()))

    async def _step(self, tell: Tell) -> None:
        if not self._late:
            await self._fleet.moved.wait()
        await self._wait_for_answers()
        began = self._clock.monotonic()
        if self._fleet.moved.is_set():
            self._fleet.moved.clear()
            self._note(self._look(), tell)
        took = self._clock.monotonic() - began
        self._note(self._due(), tell)
        await self._clock.sleep(max(CHUNK_SECONDS if self._late else POLL_SECONDS, SHARE * took))

    def _note(self, refs: Iterable[ResourceRef], tell: Tell) -> None:
        known = {ref: self._reaches[ref] for ref in refs if ref in self._reaches}
        self._told.update(known)
        tell(known)

    async def _wait_for_answers(self) -> None:
        latest, patience = self._fleet.distributions.latest(), self._clock.monotonic() + PATIENCE_SECONDS
        while latest is not None and not latest.complete and self._clock.monotonic() < patience:
            await self._clock.sleep(POLL_SECONDS)

    def _look(self) -> list[ResourceRef]:
        """Find out all anew; returns whose change is to be told at once."""
        now, before, begun = self._clock.monotonic(), self._reaches, self._begun
        self._reaches, self._begun = dict(self._find()), True
        self._told = {ref: reach for ref, reach in self._told.items() if ref in self._reaches}
        self._note_members(now)
        told = []
        for ref, reach in self._reaches.items():
            was = before.get(ref)
            if reach == was:
                continue
            if reach.complete and (was.complete and was.generation == reach.generation if was else not begun):
                self._late_since = self._late_since if self._late else now
                self._late[ref] = None
            else:
                told.append(ref)
        return told

    def _note_members(self, now: float) -> None:
        members = frozenset(each.number for each in self._counted())
        if members != self._members:
            self._members, self._members_since = members, now

    def _due(self) -> list[ResourceRef]:
        """Some of those that waited for calm."""
        now = self._clock.monotonic()
        if now < min(self._members_since + CALM_SECONDS, self._late_since + LONGEST_CALM_SECONDS):
            return []
        due = list(self._late)[:CHUNK]
        for ref in due:
            del self._late[ref]
        return due

    def _counted(self) -> Iterator[Connection]:
        return (each for each in self._fleet.connections.values() if each.taken)

    def _find(self) -> Iterator[tuple[ResourceRef, Reach]]:
        everyone, by_ref = self._audiences()
        blamed = Counter(ref for each in self._counted() for ref in each.blamed)
        for standing in self._standings():
            if standing.since is None:
                continue
            ref = standing.resource.ref
            audiences = by_ref.get(ref, ()) if is_traced(standing.resource) else everyone
            proxies = sum(each.taken.total() for each in audiences)
            up_to_date = sum(each.up_to_date(ref, standing.since) for each in audiences)
            generation = standing.resource.metadata.generation
            if standing.left_out:
                yield ref, Reach(generation, 0, max(proxies, blamed[ref]), refused=True)
            else:
                yield ref, Reach(generation, up_to_date, proxies)

    def _audiences(self) -> tuple[list[_Audience], Mapping[ResourceRef, list[_Audience]]]:
        """All of them, and those of each rule."""
        found: dict[tuple[Sheet, ...], _Audience] = defaultdict(_Audience)
        for connection in self._counted():
            audience = found[self._traced(connection)]
            audience.taken[connection.taken] += 1
            if connection.has_rejections:
                audience.rejected.update((ref, connection.taken) for ref in rejected_rules(connection))
        by_ref: dict[ResourceRef, list[_Audience]] = defaultdict(list)
        for sheets, audience in found.items():
            for ref in frozenset[ResourceRef]().union(*map(self._refs_of, sheets)):
                by_ref[ref].append(audience)
        return list(found.values()), by_ref

    def _traced(self, connection: Connection) -> tuple[Sheet, ...]:
        """Those parts of a proxy's configuration that come from rules."""
        target = connection.stream.newest
        if target is None:
            return ()
        sheets = (sheet for type_url in TRACED_TYPES for sheet in target.sheets.get(type_url, ()))
        return tuple(sheet for sheet in sheets if self._refs_of(sheet))

    def _refs_of(self, sheet: Sheet) -> frozenset[ResourceRef]:
        refs = self._refs.get(sheet)
        if refs is None:
            origins = {origin for each in sheet.resources.values() for origin in origins_of(each.value)}
            refs = self._refs[sheet] = frozenset(map(ref_of, origins))
        return refs


def is_traced(rule: Resource) -> bool:
    """Whether what comes of a rule says so."""
    return rule.kind in TRACED_KINDS and not (isinstance(rule, VirtualService) and not rule.spec.hosts)
