"""Changes of the store that matter to proxies."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from lateen.api.meta import Resource
from lateen.api.problem import ResourceRef
from lateen.api.service_entry import ServiceEntry, ServiceEntryAddress
from lateen.store.config_store import Event, EventType, Stored

STATUS_MATTERS = frozenset({"Pod", "Service", "Node", "WorkloadEntry"})
"""Kinds of which a snapshot reads the status; of the others a new status changes nothing, but for addresses."""


class Sink(Protocol):
    """What takes resources one by one; `lateen.model.build.SnapshotBuilder` is the real one."""

    def put(self, resource: Resource) -> None: ...
    def remove(self, resource: Resource) -> None: ...


class Feed:
    """Passes resources of `kinds` on to `sink`, but not those that differ in nothing but their status."""

    def __init__(self, sink: Sink, kinds: Iterable[str]) -> None:
        self._sink = sink
        self._kinds = frozenset(kinds)
        self._held: dict[ResourceRef, Stored] = {}
        self.revision = 0

    @property
    def held(self) -> Mapping[ResourceRef, Stored]:
        """The resources passed on."""
        return self._held

    def load(self, items: Iterable[Stored], revision: int) -> None:
        """Take everything anew: what is not in `items` is gone."""
        listed = {stored.ref: stored for stored in items if stored.ref.kind in self._kinds}
        for ref in self._held.keys() - listed.keys():
            self._sink.remove(self._held.pop(ref).resource)
        for stored in listed.values():
            self._put(stored)
        self.revision = revision

    def apply(self, event: Event) -> bool:
        """Take one write; False if proxies can't notice it."""
        self.revision = event.revision
        if event.stored.ref.kind not in self._kinds:
            return False
        if event.type is EventType.DELETED:
            held = self._held.pop(event.stored.ref, None)
            self._sink.remove(event.stored.resource)
            return held is not None
        return self._put(event.stored)

    def _put(self, stored: Stored) -> bool:
        held = self._held.get(stored.ref)
        if held is stored or (held is not None and _differs_in_status_only(held, stored)):
            return False
        self._held[stored.ref] = stored
        self._sink.put(stored.resource)
        return True


def _differs_in_status_only(old: Stored, new: Stored) -> bool:
    if new.ref.kind in STATUS_MATTERS:
        return False
    before, after = old.resource.metadata, new.resource.metadata
    return (
        before.uid == after.uid
        and 0 < before.generation == after.generation
        and before.labels == after.labels
        and before.annotations == after.annotations
        and _addresses(old.resource) == _addresses(new.resource)
    )


def _addresses(resource: Resource) -> tuple[ServiceEntryAddress, ...]:
    """The automatic ones, which are in the status."""
    return resource.status.addresses if isinstance(resource, ServiceEntry) and resource.status else ()
