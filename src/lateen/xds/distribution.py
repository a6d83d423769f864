"""How far each change has come: which proxies it reached, who acknowledged it, who refused, and how fast."""

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup

KEPT = 1024


@dataclass(slots=True, frozen=True)
class Nack:
    """A proxy's refusal, `type` as CDS, EDS, LDS or RDS."""

    proxy: str
    type: str
    message: str


@dataclass(slots=True, eq=False)
class Distribution:
    """Push number `version`. `revision` is the newest of the store in it; times are the clock's monotonic seconds."""

    revision: int
    noticed: float
    reached: set[str] = field(default_factory=set)
    outstanding: set[str] = field(default_factory=set)
    nacked: dict[str, Nack] = field(default_factory=dict)
    last_answer: float | None = None
    version: int = 0

    @property
    def complete(self) -> bool:
        """Whether every proxy it touches has answered, or is gone."""
        return not self.outstanding


@dataclass(slots=True, frozen=True)
class Outcome:
    """How a revision fared. `proxies` were sent something, `waiting` haven't answered; `elapsed_ms` is the time from
    the notice of the store's write to the last answer so far. `postponed`: it waits for another rule."""

    revision: int
    proxies: int
    acked: int
    nacked: tuple[Nack, ...]
    waiting: tuple[str, ...]
    elapsed_ms: float
    complete: bool
    postponed: bool = False


class Distributions:
    """The latest pushes, oldest first. Every revision that is noticed must be pushed, if only to nobody."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pushes: list[Distribution] = []
        self._noticed: OrderedDict[int, float] = OrderedDict()
        self._waiters: set[asyncio.Future[None]] = set()
        self._waiting: frozenset[int] = frozenset()
        self._missing: frozenset[int] = frozenset()
        self._late: dict[int, Distribution] = {}

    def notice(self, revision: int) -> None:
        """A write has been seen in the store."""
        self._noticed[revision] = self._clock.monotonic()
        if len(self._noticed) > 8 * KEPT:
            self._noticed.popitem(last=False)

    def postpone(self, revisions: Iterable[int]) -> None:
        """The pushes that start from now on are without these revisions."""
        self._waiting = frozenset(revisions)

    def start(self, revision: int, version: int = 0) -> Distribution:
        """Begin the push of everything up to `revision`."""
        push = Distribution(revision, self._noticed.get(revision, self._clock.monotonic()), version=version)
        self._pushes.append(push)
        del self._pushes[:-KEPT]
        late = self._late | dict.fromkeys(self._missing - self._waiting, push)
        self._late = {each: found for each, found in late.items() if found in self._pushes}
        self._missing = self._waiting
        return push

    def sent(self, push: Distribution) -> None:
        """All proxies have been told: a push that concerns nobody is complete now."""
        if push.complete:
            self._wake()

    def settle(self, push: Distribution, proxy: str, *, answered: bool = True) -> None:
        """`proxy` has answered everything, or is gone."""
        push.outstanding.discard(proxy)
        if not answered:
            push.reached.discard(proxy)
        elif proxy in push.reached:
            push.last_answer = self._clock.monotonic()
        if push.complete:
            self._wake()

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def find(self, revision: int) -> Distribution | None:
        """The first push that contains `revision`; None if that is still to come."""
        if revision in self._missing:
            return None
        index = bisect_left(self._pushes, revision, key=lambda push: push.revision)
        return self._late.get(revision) or (self._pushes[index] if index < len(self._pushes) else None)

    def latest(self) -> Distribution | None:
        """The newest push."""
        return self._pushes[-1] if self._pushes else None

    def outcome(self, revision: int, first: int = 0) -> Outcome:
        """How `revision` has fared so far, with `first` all revisions from that on: they may be in several pushes."""
        last = self._last(first or revision, revision)
        if last is None:
            postponed = self._is_postponed(first or revision, revision)
            return Outcome(revision, 0, 0, (), (), 0.0, complete=False, postponed=postponed)
        pushes = self._between(first or revision, last)
        begin = self._noticed.get(first or revision, pushes[0].noticed)
        end = max(push.last_answer or begin for push in pushes)
        reached = set[str]().union(*(push.reached for push in pushes))
        outstanding = set[str]().union(*(push.outstanding for push in pushes))
        nacked = {proxy: nack for push in pushes for proxy, nack in push.nacked.items()}
        return Outcome(
            revision,
            proxies=len(reached),
            acked=len(reached - outstanding - nacked.keys()),
            nacked=tuple(nacked.values()),
            waiting=tuple(sorted(outstanding & reached)),
            elapsed_ms=round(max(0.0, end - begin) * 1000, 3),
            complete=all(push.complete for push in pushes),
        )

    def _last(self, first: int, revision: int) -> Distribution | None:
        """The push by which all of these revisions were out; None if that is still to come."""
        if self._is_postponed(first, revision):
            return None
        late = [push for each, push in self._late.items() if first <= each <= revision]
        found = self.find(revision)
        return None if found is None else max((found, *late), key=self._pushes.index)

    def _is_postponed(self, first: int, revision: int) -> bool:
        return any(first <= missing <= revision for missing in self._missing)

    def _between(self, first: int, last: Distribution) -> list[Distribution]:
        begin = bisect_left(self._pushes, first, key=lambda push: push.revision)
        return self._pushes[begin : self._pushes.index(last) + 1] or [last]

    async def wait_for(self, revision: int, seconds: float, first: int = 0) -> Outcome:
        """How `revision` fared, once every proxy concerned has answered; after so many seconds, how far it got.

        `first` is as for `outcome`."""
        async with TaskGroup() as tasks:
            alarm = tasks.start(self._clock.sleep(seconds), "distribution timeout")
            while not (outcome := self.outcome(revision, first)).complete and not alarm.done():
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                await asyncio.wait({waiter, alarm}, return_when=asyncio.FIRST_COMPLETED)
                self._waiters.discard(waiter)
        return outcome
