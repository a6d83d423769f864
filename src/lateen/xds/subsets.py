"""Which subsets destination rules declare and virtual services name, kept up as rules come and go."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from lateen.api.destination_rule import DestinationRule
from lateen.api.problem import ResourceRef
from lateen.api.virtual_service import VirtualService
from lateen.model.hostname import covers, fully_qualified, is_wildcard
from lateen.model.settings import MeshSettings
from lateen.resolve.rules import read_rule

DOMAIN = MeshSettings().cluster_domain

C = TypeVar("C")
Named = tuple[str, str]
"""A host (full, or for declarations a pattern) and a subset."""


def declared_by(rule: DestinationRule) -> Iterator[Named]:
    """The subsets of a destination rule."""
    host = fully_qualified(rule.spec.host, rule.metadata.namespace, DOMAIN).lower()
    return ((host, subset.name) for subset in rule.spec.subsets)


def named_by(rule: VirtualService) -> Iterator[Named]:
    """The subsets that the routes of a virtual service send to."""
    read = read_rule(rule, DOMAIN)
    return ((target.host, target.subset) for target in (*read.http, *read.l4) if target.subset)


class SubsetIndex:
    """Counts who declares, or who names, each subset."""

    def __init__(self) -> None:
        self._by_rule: dict[ResourceRef, frozenset[Named]] = {}
        self._counts: Counter[Named] = Counter()
        self._patterns: Counter[str] = Counter()

    def put(self, ref: ResourceRef, subsets: Iterable[Named]) -> None:
        """What a rule says from now on; nothing takes it out."""
        now, before = frozenset(subsets), self._by_rule.pop(ref, frozenset())
        if now:
            self._by_rule[ref] = now
        self._add(now - before, 1)
        self._add(before - now, -1)

    def _add(self, subsets: Iterable[Named], change: int) -> None:
        for host, name in subsets:
            _count(self._counts, (host, name), change)
            if is_wildcard(host):
                _count(self._patterns, host, change)

    def of(self, ref: ResourceRef) -> frozenset[Named]:
        """What a rule says."""
        return self._by_rule.get(ref, frozenset())

    def covers(self, named: Named) -> bool:
        """Whether some rule says this of the host itself, or of a pattern that stands for it."""
        host, name = named
        patterns = (pattern for pattern in self._patterns if covers(pattern, host))
        return named in self._counts or any((pattern, name) in self._counts for pattern in patterns)

    def within(self, declared: Named) -> set[Named]:
        """Those that a declaration, whose host may be a pattern, stands for."""
        pattern, name = declared
        if not is_wildcard(pattern):
            return {declared} & self._counts.keys()
        return {(host, each) for host, each in self._counts if each == name and covers(pattern, host)}


def _count(counts: Counter[C], what: C, change: int) -> None:
    counts[what] += change
    if not counts[what]:
        del counts[what]
