"""Rules that need each other and come one after the other: no request meets half of the change.

Whoever sends a virtual service and its destination rule in two requests makes for a moment in which routes name a
subset that is not there yet, or no more: 503 for requests that the old rules served and the new ones will serve. So a
virtual service whose new version names subsets that no destination rule declares waits, with its version before in
force; and a destination rule keeps a subset that it drops while routes in force name it. Both end when the other rule
comes, or after `grace` seconds: then what was written is in force, right or wrong.
"""

from math import inf

import msgspec

from lateen.api.destination_rule import DestinationRule
from lateen.api.meta import Resource
from lateen.api.problem import ResourceRef
from lateen.api.virtual_service import VirtualService
from lateen.xds.feed import Sink
from lateen.xds.subsets import Named, SubsetIndex, declared_by, named_by

GRACE_SECONDS = 3.0


class Transition:
    """Stands between the feed and what takes the resources. `settle` passes on what came since, as far as it may."""

    def __init__(self, sink: Sink, grace: float = GRACE_SECONDS) -> None:
        self._sink = sink
        self._grace = grace
        self._wanted: dict[ResourceRef, VirtualService | DestinationRule] = {}
        self._force: dict[ResourceRef, Resource] = {}
        self._declared = SubsetIndex()
        """By destination rules as they are wanted: what they add is in force at once."""
        self._named = SubsetIndex()
        """By virtual services in force."""
        self._changed: dict[ResourceRef, None] = {}
        self._until: dict[ResourceRef, float] = {}
        self._begun = False

    def put(self, resource: Resource) -> None:
        """A resource is new or another."""
        if not isinstance(resource, VirtualService | DestinationRule):
            self._sink.put(resource)
            return
        self._changed[resource.ref] = None
        self._wanted[resource.ref] = resource
        if isinstance(resource, DestinationRule):
            self._declared.put(resource.ref, declared_by(resource))

    def remove(self, resource: Resource) -> None:
        """A resource is gone."""
        if not isinstance(resource, VirtualService | DestinationRule):
            self._sink.remove(resource)
            return
        self._changed[resource.ref] = None
        self._wanted.pop(resource.ref, None)
        self._declared.put(resource.ref, ())

    @property
    def due(self) -> float:
        """When the next grace ends, in the seconds of `settle`'s `now`."""
        return min(self._until.values(), default=inf)

    @property
    def waiting(self) -> frozenset[ResourceRef]:
        """The virtual services whose newest version is not in force yet."""
        return frozenset(ref for ref in self._until if isinstance(self._wanted.get(ref), VirtualService))

    def settle(self, now: float) -> bool:
        """Pass on what may be in force; says whether that was anything. What comes before the first time waits for
        nothing: proxies have no older rules to go on with."""
        pending = {**self._changed, **dict.fromkeys(self._until)}
        self._changed = {}
        routes = [ref for ref in pending if ref.kind == VirtualService.__name__]
        rules = [ref for ref in pending if ref.kind == DestinationRule.__name__]
        passed = [
            *[self._settle_routes(ref, now) for ref in routes],
            *[self._settle_subsets(ref, now) for ref in rules],
        ]
        self._begun = True
        return any(passed)

    def _settle_routes(self, ref: ResourceRef, now: float) -> bool:
        wanted = self._wanted.get(ref)
        subsets = frozenset(named_by(wanted) if isinstance(wanted, VirtualService) else ())
        missing = (each for each in subsets - self._named.of(ref) if not self._declared.covers(each))
        if any(missing) and self._may_wait(ref, now):
            return False
        self._until.pop(ref, None)
        self._named.put(ref, subsets)
        return self._pass_on(ref, wanted)

    def _settle_subsets(self, ref: ResourceRef, now: float) -> bool:
        wanted, force = self._wanted.get(ref), self._force.get(ref)
        if isinstance(force, DestinationRule):
            missed = {each for each in declared_by(force) if self._is_missed(each)}
            if missed and self._may_wait(ref, now):
                return self._pass_on(ref, _bridge(wanted, force, {name for _, name in missed}))
        self._until.pop(ref, None)
        return self._pass_on(ref, wanted)

    def _is_missed(self, declared: Named) -> bool:
        """Whether a route in force names what only this declaration stands for, which is no more wanted."""
        return any(not self._declared.covers(each) for each in self._named.within(declared))

    def _may_wait(self, ref: ResourceRef, now: float) -> bool:
        return self._begun and now < self._until.setdefault(ref, now + self._grace)

    def _pass_on(self, ref: ResourceRef, resource: Resource | None) -> bool:
        before = self._force.get(ref)
        if resource == before:
            return False
        if resource is not None:
            self._force[ref] = resource
            self._sink.put(resource)
        elif before is not None:
            self._sink.remove(self._force.pop(ref))
        return True


def _bridge(wanted: Resource | None, force: DestinationRule, missed: set[str]) -> DestinationRule:
    """`wanted` with the subsets of `force` that are missed; where they are not for the same host, `force` as it is."""
    if not isinstance(wanted, DestinationRule) or wanted.spec.host != force.spec.host:
        return force
    names = {subset.name for subset in wanted.spec.subsets}
    kept = (subset for subset in force.spec.subsets if subset.name in missed - names)
    spec = msgspec.structs.replace(wanted.spec, subsets=(*wanted.spec.subsets, *kept))
    return msgspec.structs.replace(wanted, spec=spec)
