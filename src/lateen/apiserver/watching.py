"""GET with `watch=true`: the changes of what is at the path, as one JSON object a line."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.apiserver.call import Backend, Call
from lateen.apiserver.status import StatusError, bad_request, expired
from lateen.lib.tasks import TaskGroup
from lateen.store.config_store import Event, EventType, TooOldError
from lateen.store.feed import StoreClosedError

log = logging.getLogger(__name__)

LONGEST_WATCH_SECONDS = 3600.0
BOOKMARK_SECONDS = 30.0

INITIAL_EVENTS_END = "k8s.io/initial-events-end"

Shape = Callable[[JsonObject, bool], JsonObject]
"""From a resource to what an event carries; the flag is set for the first event only."""


class Watch:
    """One watch. With selectors, a resource that begins to be selected is ADDED, one that ends to be is DELETED."""

    def __init__(self, backend: Backend, call: Call, shape: Shape) -> None:
        self._backend = backend
        self._target = call.target
        self._selector = call.selector
        self._shape = shape
        self._bookmarks = call.query.get("allowWatchBookmarks") in ("true", "1")
        self._initial = call.query.get("sendInitialEvents") in ("true", "1")
        self._since = _since(call)
        self._seconds = min(call.number("timeoutSeconds") or LONGEST_WATCH_SECONDS, LONGEST_WATCH_SECONDS)
        self._first = True
        self._selected: set[ResourceRef] = set()
        self._settled = 0

    async def lines(self, closing: asyncio.Event) -> AsyncIterator[bytes]:
        """The events, until the time is up, the server closes or the history has moved on."""
        async with TaskGroup() as tasks:
            queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=100)
            tasks.start(self._produce(queue), "watch events")
            tasks.start(_later(self._backend.clock.sleep(self._seconds), queue), "watch end")
            tasks.start(_later(closing.wait(), queue), "watch close")
            tasks.start(self._mark(queue), "watch bookmarks")
            while (line := await queue.get()) is not None:
                yield line

    async def _produce(self, queue: "asyncio.Queue[bytes | None]") -> None:
        try:
            async for event in self._events():
                await queue.put(msgspec.json.encode(event) + b"\n")
        except StatusError as refusal:
            await queue.put(msgspec.json.encode({"type": "ERROR", "object": refusal.body}) + b"\n")
        except StoreClosedError:
            pass
        except Exception:
            log.exception("a watch of %s broke", self._target.info.plural)
        await queue.put(None)

    async def _events(self) -> AsyncIterator[JsonObject]:
        listing = await self._backend.store.list([self._target.info.id], self._target.namespace or None)
        self._settled = listing.revision
        self._selected = {item.ref for item in listing.items if self._selector.selects(item.body)}
        if self._since is None:
            self._since = listing.revision
            for item in listing.items:
                if item.ref in self._selected:
                    yield self._event(EventType.ADDED, item.body)
            if self._initial and self._bookmarks:
                yield self._bookmark({INITIAL_EVENTS_END: "true"})
        try:
            # All kinds, so that bookmarks move on with the store and not only with this kind.
            async for event in self._backend.store.watch(self._since):
                if (kind := self._kind_of(event)) is not None:
                    yield self._event(kind, event.stored.body)
                self._since = event.revision
        except TooOldError as error:
            raise expired(str(error)) from None

    async def _mark(self, queue: "asyncio.Queue[bytes | None]") -> None:
        while self._bookmarks:
            await self._backend.clock.sleep(BOOKMARK_SECONDS)
            if self._since is not None:
                await queue.put(msgspec.json.encode(self._bookmark({})) + b"\n")

    def _kind_of(self, event: Event) -> EventType | None:
        """What a write is to this watch; None if it is nothing to it."""
        ref = event.stored.ref
        if ref.kind != self._target.info.id or (self._target.namespace and ref.namespace != self._target.namespace):
            return None
        if self._selector.is_empty:
            return event.type
        known = ref in self._selected
        if event.type is EventType.DELETED or not self._selector.selects(event.stored.body):
            self._selected.discard(ref)
            # What was selected before the watch began can't be known: then one DELETED too many is the safe side.
            return EventType.DELETED if known or event.revision <= self._settled else None
        self._selected.add(ref)
        return event.type if known or event.revision <= self._settled else EventType.ADDED

    def _event(self, kind: EventType, body: JsonObject) -> JsonObject:
        first, self._first = self._first, False
        return {"type": kind.value, "object": self._shape(self._target.present(body), first)}

    def _bookmark(self, annotations: dict[str, str]) -> JsonObject:
        metadata: JsonObject = {"resourceVersion": str(self._since)}
        if annotations:
            metadata["annotations"] = annotations
        names = {"apiVersion": self._target.api_version, "kind": self._target.info.kind}
        return {"type": "BOOKMARK", "object": {**names, "metadata": metadata}}


async def _later(moment: Awaitable[object], queue: "asyncio.Queue[bytes | None]") -> None:
    await moment
    await queue.put(None)


def _since(call: Call) -> int | None:
    """The revision to start after; None for a watch that begins with what is there."""
    version = call.query.get("resourceVersion", "")
    if version in ("", "0"):
        return None
    if not version.isdecimal():
        raise bad_request(f'invalid resourceVersion "{version}"')
    return int(version)
