"""Versions of rules that proxies refuse: the mesh goes on without them, so that one bad rule holds up no other.

A proxy that finds one rule wrong refuses the whole route configuration the rule is in. So whoever may be the cause is
left out, one at a time, with its version before in force, until the proxies take the rest; innocent rules are put back.
Nothing that worked is lost on the way: proxies keep what they have while they refuse. What was left out in the end
stays out until it changes, also across restarts.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import Problem, ResourceRef
from lateen.api.schema import KINDS, decode, encode
from lateen.xds.feed import Sink

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


@dataclass(slots=True)
class _Trial:
    """The first suspect is left out; `since` is the push that tells whether it was the one."""

    suspects: list[Problem]
    since: int | None = None


class Quarantine:
    """Stands between the feed and what takes the resources. The numbers of pushes only grow."""

    def __init__(self, sink: Sink, memory: Memory | None = None) -> None:
        self._sink = sink
        self._memory = memory or NoMemory()
        self._held = {held.problem.resource: held for held in self._memory.load()}
        self._current: dict[ResourceRef, Resource] = {}
        self._before: dict[ResourceRef, Resource] = {}
        self._since: dict[ResourceRef, int] = {}
        self._innocent: set[ResourceRef] = set()
        self._trial: _Trial | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One for each version that is left out."""
        return tuple(held.problem for ref, held in self._held.items() if ref in self._current)

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
        if held is None and was is not None and ref in self._since:
            self._before[ref] = was
        self._end_trial_of(ref)
        self._forget(ref)
        self._since.pop(ref, None)
        self._innocent.clear()
        self._sink.put(resource)

    def remove(self, resource: Resource) -> None:
        """A resource is gone."""
        ref = resource.ref
        self._end_trial_of(ref)
        self._forget(ref)
        for each in (self._current, self._before, self._since):
            each.pop(ref, None)
        self._sink.remove(resource)

    def published(self, version: int) -> None:
        """A push has begun with all that was put so far."""
        for ref in self._current:
            self._since.setdefault(ref, version)
        if self._trial is not None and self._trial.since is None:
            self._trial.since = version

    def refused(self, version: int, problems: Iterable[Problem]) -> bool:
        """A proxy has refused part of a push, by the fault of one of `problems`; says whether to push again."""
        trial = self._trial
        if trial is None:
            suspects = [problem for problem in problems if self._is_suspect(problem.resource, version)]
        elif trial.since is None or version < trial.since:
            return False
        else:
            self._put_back(trial.suspects[0])
            suspects = trial.suspects[1:]
        self._trial = _Trial(suspects) if suspects else None
        if suspects:
            self._leave_out(suspects[0])
        return bool(suspects) or trial is not None

    def accepted(self, version: int) -> None:
        """All proxies have taken a push: what is left out from it was the cause."""
        if self._trial is None or self._trial.since is None or version < self._trial.since:
            return
        problem, self._trial = self._trial.suspects[0], None
        log.warning("rule left out", extra={"rule": str(problem.resource), "reason": problem.message})
        self._save()

    def _is_suspect(self, ref: ResourceRef | None, version: int) -> bool:
        if ref is None or ref in self._held or ref in self._innocent:
            return False
        return ref in self._current and self._since.get(ref, version + 1) <= version

    def _leave_out(self, problem: Problem) -> None:
        ref = problem.resource
        assert ref is not None  # noqa: S101 - suspects have names
        resource, before = self._current[ref], self._before.get(ref)
        body: JsonObject | None = None if before is None else encode(before)
        self._held[ref] = HeldBack(resource.metadata.uid, resource.metadata.generation, problem, body)
        if before is None:
            self._sink.remove(resource)
        else:
            self._sink.put(before)

    def _put_back(self, problem: Problem) -> None:
        ref = problem.resource
        assert ref is not None  # noqa: S101 - as above
        self._held.pop(ref)
        self._innocent.add(ref)
        self._sink.put(self._current[ref])

    def _put_before(self, held: HeldBack) -> None:
        before = decode(held.before)[0] if held.before else None
        if before is not None:
            self._before[before.ref] = before
            self._sink.put(before)

    def _end_trial_of(self, ref: ResourceRef) -> None:
        """A suspect that changes or goes is none any more; without the one on trial, the rest is innocent."""
        if self._trial is None:
            return
        if self._trial.suspects[0].resource == ref:
            self._trial = None
        else:
            self._trial.suspects = [each for each in self._trial.suspects if each.resource != ref]

    def _forget(self, ref: ResourceRef) -> None:
        if self._held.pop(ref, None) is not None:
            self._save()

    def _save(self) -> None:
        tried = self._trial.suspects[0].resource if self._trial else None
        self._memory.save([held for ref, held in self._held.items() if ref != tried])
