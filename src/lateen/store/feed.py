"""Hands a store's writes to everyone who watches it."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from lateen.api.problem import ResourceRef
from lateen.store.config_store import Event, Listing, Stored, TooOldError
from lateen.store.index import History, Index


class StoreClosedError(Exception):
    """The store was closed while someone used it."""


class Feed:
    """The index and the history of one store. Watchers read the shared history, so a slow one costs nothing; one that
    falls behind it gets TooOldError."""

    def __init__(self, history: History, index: Index) -> None:
        self.index = index
        self._history = history
        self._moved: asyncio.Event = asyncio.Event()
        self._closed = False

    @property
    def floor(self) -> int:
        """The oldest revision that a watch can start from."""
        return self._history.floor

    def get(self, ref: ResourceRef) -> Stored | None:
        """The resource of that name. Raises StoreClosedError."""
        self._check_open()
        return self.index.get(ref)

    def list(self, kinds: Sequence[str] | None, namespace: str | None) -> Listing:
        """Everything selected. Raises StoreClosedError."""
        self._check_open()
        return self.index.list(kinds, namespace)

    def publish(self, events: Sequence[Event]) -> None:
        """Make writes visible."""
        for event in events:
            self.index.apply(event)
            self._history.add(event)
        self._wake()

    def close(self) -> None:
        """End all watches, which then raise StoreClosedError."""
        self._closed = True
        self._wake()

    async def watch(self, since: int, kinds: Sequence[str] | None, namespace: str | None) -> AsyncIterator[Event]:
        """The writes after `since`, then those to come. Raises TooOldError also for a revision of another store, one
        that is yet to come: only a new list helps whoever holds it."""
        wanted = None if kinds is None else frozenset(kinds)
        if since > self.index.revision:
            raise TooOldError(f"revision {since} is not of this store, which is at {self.index.revision}")
        while True:
            self._check_open()
            if since < self.floor:
                raise TooOldError(f"revision {since} is older than {self.floor}, the oldest one kept")
            moved, current = self._moved, self.index.revision
            for event in self._history.after(since):
                if _selected(event.stored.ref, wanted, namespace):
                    yield event
            since = current
            if current == self.index.revision:
                await moved.wait()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosedError("the store is closed")

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


def closed_feed() -> Feed:
    """The feed of a store that is not open."""
    feed = Feed(History(0), Index())
    feed.close()
    return feed


def _selected(ref: ResourceRef, kinds: frozenset[str] | None, namespace: str | None) -> bool:
    return (kinds is None or ref.kind in kinds) and (namespace is None or ref.namespace == namespace)
