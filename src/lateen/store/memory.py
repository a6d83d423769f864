"""A store that forgets everything when the process ends."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.lib.clock import Clock, rfc3339
from lateen.store.change import Write, creation, part_for, removal, replacement, stored_ref
from lateen.store.config_store import ConflictError, Event, Listing, MissingError, Stored
from lateen.store.feed import Feed
from lateen.store.index import History, Index

HISTORY_LIMIT = 4096


def new_uid() -> str:
    """A random uid, as Kubernetes gives every object."""
    return str(uuid.uuid4())


class MemoryStore:
    """A `ConfigStore` for tests and for meshes that need not outlive their control plane."""

    def __init__(self, clock: Clock, *, uids: Callable[[], str] = new_uid, history_limit: int = HISTORY_LIMIT) -> None:
        self._clock = clock
        self._uids = uids
        self._feed = Feed(History(history_limit), Index())

    async def get(self, ref: ResourceRef) -> Stored | None:
        """The resource of that name."""
        return self._feed.get(ref)

    async def list(self, kinds: Sequence[str] | None = None, namespace: str | None = None) -> Listing:
        """Everything selected, at one revision."""
        return self._feed.list(kinds, namespace)

    async def create(self, body: JsonObject) -> Stored:
        """Store a new document. Raises ConflictError; ValueError for one without a name."""
        if self._feed.get(ref := stored_ref(body)) is not None:
            raise ConflictError(f"{ref} exists already")
        return self._publish(creation(body, self._next(), self._uids(), rfc3339(self._clock.now())))

    async def replace(self, body: JsonObject, *, expected: int | None = None, status_only: bool = False) -> Stored:
        """Store a new body. Raises MissingError, ConflictError."""
        current = current_of(self._feed.get, stored_ref(body), expected)
        write = replacement(current, body, self._next(), part_for(current.ref, status_only=status_only))
        return self._publish(write) if write else current

    async def delete(self, ref: ResourceRef, *, expected: int | None = None) -> Stored:
        """Remove it. Raises MissingError, ConflictError."""
        return self._publish(removal(current_of(self._feed.get, ref, expected), self._next()))

    def watch(
        self, since: int, kinds: Sequence[str] | None = None, namespace: str | None = None
    ) -> AsyncIterator[Event]:
        """Every write after `since`, then those to come. Raises TooOldError."""
        return self._feed.watch(since, kinds, namespace)

    async def close(self) -> None:
        """End all watches; the store can't be used any more."""
        self._feed.close()

    def _next(self) -> int:
        return self._feed.index.revision + 1

    def _publish(self, write: Write) -> Stored:
        self._feed.publish([Event(write.type, write.revision, write.stored)])
        return write.stored


def current_of(get: Callable[[ResourceRef], Stored | None], ref: ResourceRef, expected: int | None) -> Stored:
    """What `get` has under `ref`. Raises MissingError, and ConflictError when it is not at revision `expected`."""
    current = get(ref)
    if current is None:
        raise MissingError(f"there is no {ref}")
    if expected is not None and current.revision != expected:
        raise ConflictError(f"{ref} is at revision {current.revision}, not {expected}")
    return current
