"""Versions of rules that proxies refuse: the mesh goes on without them, so that one bad rule holds up no other.

A proxy that finds one rule wrong refuses the whole route configuration the rule is in. So all that may be the cause are
left out, with their versions before in force; then they are put back, half of them at a time, as far as proxies take
that. Nothing that worked is lost on the way: proxies keep what they have while they refuse. What was left out in the
end stays out until it changes, also across restarts.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import msgspec

from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import Problem, ResourceRef
from lateen.api.schema import KINDS, decode, encode
from lateen.api.virtual_service import VirtualService
from lateen.resolve.http_parts import delegates_of
from lateen.xds.feed import Sink
from lateen.xds.trial import Trial

log = logging.getLogger(__name__)

RULES = frozenset(info.id for info in KINDS if "istio-io" in info.categories)


class HeldBack(msgspec.Struct, frozen=True):
    """A version of a rule that is left out, why, and the version in force instead."""

    uid: str
    generation: int
    problem: Problem
    before: JsonObject | None = None

    def is_version(self, resource: Resource) -> bool:
        """Whether `resource` is what is left out."""
        meta = resource.metadata
        return (meta.uid, meta.generation) == (self.uid, self.generation)


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule's newest version: the first push with it (None: yet to come), and whether it is left out."""

    resource: Resource
    since: int | None
    left_out: bool


class Memory(Protocol):
    """Keeps what is left out across restarts."""

    def load(self) -> Iterable[HeldBack]: ...
    def save(self, held: Sequence[HeldBack]) -> None: ...


class NoMemory:
    """Forgets."""

    def load(self) -> Iterable[HeldBack]:
        """Nothing."""
        return ()

    def save(self, held: Sequence[HeldBack]) -> None:
        """Nothing to do."""


class Quarantine:
    """Stands between the feed and what takes the resources. The numbers of pushes only grow."""

    def __init__(self, sink: Sink, memory: Memory | None = None) -> None:
        self._sink = sink
        self._memory = memory or NoMemory()
        self._held = {held.problem.resource: held for held in self._memory.load()}
        self._current: dict[ResourceRef, Resource] = {}
        self._before: dict[ResourceRef, Resource] = {}
        self._since: dict[ResourceRef, int] = {}
        self._taken = 0
        """The newest push that all proxies have taken: what was in force then is what to go back to."""
        self._innocent: set[ResourceRef] = set()
        self._trial: Trial[ResourceRef] | None = None
        self._accused: dict[ResourceRef, Problem] = {}
        """Those of the trial, and why."""
        self._verdict_from: int | None = None
        """The push that the trial waits for."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One for each version that is left out."""
        return tuple(held.problem for ref, held in self._held.items() if ref in self._current)

    def standings(self) -> Iterator[Standing]:
        """Of every rule."""
        for ref, resource in self._current.items():
            yield Standing(resource, self._since.get(ref), ref in self._held)

    def is_on_trial(self, ref: ResourceRef) -> bool:
        """Whether it is being found out if a rule is to blame."""
        return ref in self._accused

    def put(self, resource: Resource) -> None:
        """A resource is new or another; a version that is left out stays so."""
        if resource.kind not in RULES:
            self._sink.put(resource)
            return
        ref = resource.ref
        held, was = self._held.get(ref), self._current.get(ref)
        self._current[ref] = resource
        if held is not None and held.is_version(resource):
            if was is None:
                self._put_before(held)
            return
        if was is None or not _is_same_version(was, resource):
            self._take_new_version(ref, was if held is None else None)
        self._sink.put(resource)

    def _take_new_version(self, ref: ResourceRef, was: Resource | None) -> None:
        if was is not None and self._since.get(ref, inf) <= self._taken:
            self._before[ref] = was
        self._drop_from_trial(ref)
        self._forget(ref)
        self._since.pop(ref, None)
        self._innocent.clear()

    def remove(self, resource: Resource) -> None:
        """A resource is gone."""
        ref = resource.ref
        self._drop_from_trial(ref)
        self._forget(ref)
        for each in (self._current, self._before, self._since):
            each.pop(ref, None)
        self._sink.remove(resource)

    def published(self, version: int) -> None:
        """A push has begun with all that was put so far."""
        for ref in self._current:
            self._since.setdefault(ref, version)
        if self._trial is not None and self._verdict_from is None:
            self._verdict_from = version

    def refused(self, version: int, problems: Iterable[Problem]) -> bool:
        """A proxy has refused part of a push, by the fault of some of `problems`; says whether to push again."""
        named = {ref: problem for problem in problems for ref in self._concerned(problem)}
        fresh = self._suspects(named, version)
        trial = self._trial
        if trial is None:
            return self._accuse(fresh)
        if self._verdict_from is None or version < self._verdict_from:
            explained = named.keys() & (self._accused.keys() | self._held.keys())
            return not explained and self._accuse(fresh)
        if fresh:  # a verdict on the tested is to be had only without these
            return self._accuse(fresh)
        if not trial.tested:
            self._innocent |= trial.undecided
            self._put_back(trial.undecided)
            self._end_trial(trial)
            return True
        for ref in trial.refused():
            self._leave_out(ref)
        self._go_on(trial)
        return True

    def accepted(self, version: int) -> bool:
        """All proxies have taken a push; says whether to push again."""
        self._taken = max(self._taken, version)
        trial = self._trial
        if trial is None or self._verdict_from is None or version < self._verdict_from:
            return False
        self._innocent |= trial.accepted()
        return self._go_on(trial)

    def _accuse(self, suspects: Mapping[ResourceRef, Problem]) -> bool:
        """Leave suspects out until there is a verdict; False if there are none."""
        if not suspects:
            return False
        if self._trial is None:
            self._trial = Trial(suspects)
        else:
            self._trial.add(suspects)
        self._accused |= suspects
        self._verdict_from = None
        for ref in suspects:
            self._leave_out(ref)
        return True

    def _go_on(self, trial: Trial[ResourceRef]) -> bool:
        """Try the next ones, if there are any."""
        if back := trial.next():
            self._put_back(back)
            self._verdict_from = None
            return True
        self._end_trial(trial)
        return False

    def _end_trial(self, trial: Trial[ResourceRef]) -> None:
        for ref in trial.guilty:
            log.warning("rule left out", extra={"rule": str(ref), "reason": self._accused[ref].message})
        self._trial = None
        self._accused = {}
        self._save()

    def _concerned(self, problem: Problem) -> Iterator[ResourceRef]:
        """The rule that is blamed, and those it delegates to."""
        if problem.resource is None:
            return
        yield problem.resource
        rule = self._current.get(problem.resource)
        if isinstance(rule, VirtualService):
            yield from (ResourceRef(rule.kind, namespace, name) for namespace, name in delegates_of(rule))

    def _suspects(self, named: Mapping[ResourceRef, Problem], version: int) -> Mapping[ResourceRef, Problem]:
        """Those that may be to blame, and of these, where there are such, those that proxies have never taken."""
        known = self._held.keys() | self._accused.keys() | self._innocent
        pushed = {
            ref: problem
            for ref, problem in named.items()
            if ref not in known and self._since.get(ref, version + 1) <= version
        }
        return {ref: problem for ref, problem in pushed.items() if self._since[ref] > self._taken} or pushed

    def _leave_out(self, ref: ResourceRef) -> None:
        resource, before = self._current[ref], self._before.get(ref)
        body: JsonObject | None = None if before is None else encode(before)
        meta = resource.metadata
        self._held[ref] = HeldBack(meta.uid, meta.generation, self._accused[ref], body)
        if before is None:
            self._sink.remove(resource)
        else:
            self._sink.put(before)

    def _put_back(self, refs: Iterable[ResourceRef]) -> None:
        for ref in refs:
            del self._held[ref]
            self._since.pop(ref, None)
            self._sink.put(self._current[ref])

    def _put_before(self, held: HeldBack) -> None:
        before = decode(held.before)[0] if held.before else None
        if before is not None:
            self._before[before.ref] = before
            self._sink.put(before)

    def _drop_from_trial(self, ref: ResourceRef) -> None:
        """A suspect that changes or goes is none any more."""
        if self._trial is None or self._accused.pop(ref, None) is None:
            return
        self._trial.drop(ref)
        if not self._trial.undecided:
            self._end_trial(self._trial)

    def _forget(self, ref: ResourceRef) -> None:
        if self._held.pop(ref, None) is not None:
            self._save()

    def _save(self) -> None:
        undecided = self._trial.undecided if self._trial else frozenset()
        self._memory.save([held for ref, held in self._held.items() if ref not in undecided])


def _is_same_version(one: Resource, other: Resource) -> bool:
    """Whether only labels, annotations or the status differ."""
    a, b = one.metadata, other.metadata
    return a.uid == b.uid and 0 < a.generation == b.generation
