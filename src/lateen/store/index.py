"""What a store holds, in memory: lookups by name, sorted listings, and the latest writes for those who watch."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from lateen.api.problem import ResourceRef
from lateen.store.config_store import Event, EventType, Listing, Stored

_Name = tuple[str, str]


class _Kind:
    """All resources of one kind, found by (namespace, name) and kept in that order."""

    def __init__(self) -> None:
        self.items: dict[_Name, Stored] = {}
        self.order: list[_Name] = []

    def put(self, name: _Name, stored: Stored) -> None:
        if name not in self.items:
            insort(self.order, name)
        self.items[name] = stored

    def drop(self, name: _Name) -> None:
        if self.items.pop(name, None) is not None:
            del self.order[bisect_right(self.order, name) - 1]

    def select(self, namespace: str | None) -> Iterable[Stored]:
        if namespace is None:
            return (self.items[name] for name in self.order)
        first = bisect_right(self.order, (namespace, ""))
        last = bisect_right(self.order, (namespace, "\U0010ffff"))
        return (self.items[name] for name in self.order[first:last])


class Index:
    """The resources at the latest revision."""

    def __init__(self) -> None:
        self.revision = 0
        self._kinds: dict[str, _Kind] = {}

    def get(self, ref: ResourceRef) -> Stored | None:
        """The resource of that name."""
        kind = self._kinds.get(ref.kind)
        return kind.items.get((ref.namespace, ref.name)) if kind else None

    def list(self, kinds: Sequence[str] | None, namespace: str | None) -> Listing:
        """Everything selected, at the latest revision."""
        wanted = sorted(self._kinds if kinds is None else set(kinds) & self._kinds.keys())
        return Listing(self.revision, [item for kind in wanted for item in self._kinds[kind].select(namespace)])

    def put(self, stored: Stored) -> None:
        """Add or exchange a resource."""
        name = (stored.ref.namespace, stored.ref.name)
        self._kinds.setdefault(stored.ref.kind, _Kind()).put(name, stored)

    def apply(self, event: Event) -> None:
        """Move on to the revision after a write."""
        stored = event.stored
        if event.type is EventType.DELETED:
            self._kinds[stored.ref.kind].drop((stored.ref.namespace, stored.ref.name))
        else:
            self.put(stored)
        self.revision = event.revision


class History:
    """The latest writes, at most `limit`. Whoever saw everything up to `floor` can go on from there."""

    def __init__(self, limit: int, floor: int = 0) -> None:
        self.floor = floor
        self._limit = limit
        self._events: list[Event] = []

    def add(self, event: Event) -> None:
        """Keep a write; the oldest ones go once there are a tenth more than `limit`."""
        self._events.append(event)
        if len(self._events) > self._limit + self._limit // 10:
            surplus = len(self._events) - self._limit
            self.floor = self._events[surplus - 1].revision
            del self._events[:surplus]

    def after(self, revision: int) -> Sequence[Event]:
        """The writes after `revision`, which must not be below `floor`."""
        return self._events[bisect_right(self._events, revision, key=lambda event: event.revision) :]
