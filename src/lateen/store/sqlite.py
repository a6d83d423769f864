"""A store in one SQLite file: every acknowledged write survives a crash of the process and of the machine."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.lib.clock import Clock, rfc3339
from lateen.lib.tasks import TaskGroup
from lateen.store.change import Write, creation, part_for, removal, replacement, stored_ref
from lateen.store.config_store import ConflictError, Event, EventType, Listing, Stored
from lateen.store.database import Database, StoreFileError, open_database
from lateen.store.feed import Feed, StoreClosedError, closed_feed
from lateen.store.index import History, Index
from lateen.store.memory import HISTORY_LIMIT, current_of, new_uid

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    write: Write
    written: asyncio.Future[None]


class SqliteStore:
    """A `ConfigStore` in the file `path`, used from one event loop after `open`.

    A write is decided on against the writes before it, those that wait included, and then waits for the one writer
    thread, which makes all that wait durable in one transaction. Reads and watches see only what is durable. When
    the disk refuses a transaction, its writes and all that wait behind it fail with StoreFileError, none in part.
    """

    def __init__(
        self, path: Path, clock: Clock, *, uids: Callable[[], str] = new_uid, history_limit: int = HISTORY_LIMIT
    ) -> None:
        self._path = path
        self._clock = clock
        self._uids = uids
        self._history_limit = history_limit
        self._feed = closed_feed()
        self._last_revision = 0
        self._queue: list[_Waiting] = []
        self._undecided: dict[ResourceRef, _Waiting] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._database: Database | None = None
        self._tasks = TaskGroup()
        self._flushing: asyncio.Task[None] | None = None

    async def open(self) -> Self:
        """Open the file, creating or migrating it, and load it. Raises StoreFileError."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._load)
        return self

    async def close(self) -> None:
        """Finish the writes that wait, end all watches and close the file."""
        if self._flushing:
            await asyncio.wait([self._flushing])
        self._feed.close()
        if self._database:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._database.close)
        self._database = None
        self._writer.shutdown(wait=True)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, ref: ResourceRef) -> Stored | None:
        """The resource of that name."""
        return self._feed.get(ref)

    async def list(self, kinds: Sequence[str] | None = None, namespace: str | None = None) -> Listing:
        """Everything selected, at one revision."""
        return self._feed.list(kinds, namespace)

    async def create(self, body: JsonObject) -> Stored:
        """Store a new document. Raises ConflictError, StoreFileError; ValueError for one without a name."""
        if self._newest(ref := stored_ref(body)) is not None:
            raise ConflictError(f"{ref} exists already")
        return await self._durable(creation(body, self._next(), self._uids(), rfc3339(self._clock.now())))

    async def replace(self, body: JsonObject, *, expected: int | None = None, status_only: bool = False) -> Stored:
        """Store a new body. Raises MissingError, ConflictError, StoreFileError."""
        current = current_of(self._newest, stored_ref(body), expected)
        write = replacement(current, body, self._next(), part_for(current.ref, status_only=status_only))
        if write is not None:
            return await self._durable(write)
        if (waiting := self._undecided.get(current.ref)) is not None:
            await asyncio.shield(waiting.written)
        return current

    async def delete(self, ref: ResourceRef, *, expected: int | None = None) -> Stored:
        """Remove it. Raises MissingError, ConflictError, StoreFileError."""
        return await self._durable(removal(current_of(self._newest, ref, expected), self._next()))

    def watch(
        self, since: int, kinds: Sequence[str] | None = None, namespace: str | None = None
    ) -> AsyncIterator[Event]:
        """Every write after `since`, then those to come. Raises TooOldError."""
        return self._feed.watch(since, kinds, namespace)

    def _load(self) -> None:
        database = open_database(self._path)
        try:
            index, (revision, floor) = Index(), database.position()
            history = History(self._history_limit, floor)
            for stored in database.resources():
                index.put(stored)
            for event in database.history():
                history.add(event)
        except BaseException:
            database.close()
            raise
        index.revision = self._last_revision = revision
        self._database, self._feed = database, Feed(history, index)

    def _newest(self, ref: ResourceRef) -> Stored | None:
        """The resource as it will be once everything that waits is written."""
        known = self._feed.get(ref)
        waiting = self._undecided.get(ref)
        if waiting is None:
            return known
        return None if waiting.write.type is EventType.DELETED else waiting.write.stored

    def _next(self) -> int:
        return self._last_revision + 1

    async def _durable(self, write: Write) -> Stored:
        if self._database is None:
            raise StoreClosedError("the store is not open")
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._last_revision = write.revision
        self._undecided[write.stored.ref] = waiting
        self._queue.append(waiting)
        if self._flushing is None or self._flushing.done():
            self._flushing = self._tasks.start(self._flush(self._database), name="store writer")
        # Shielded: whoever asked may give up, the write still happens.
        await asyncio.shield(waiting.written)
        return write.stored

    async def _flush(self, database: Database) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch, self._queue = self._queue, []
            writes = [waiting.write for waiting in batch]
            try:
                await loop.run_in_executor(self._writer, database.commit, writes, self._feed.floor)
            except Exception as failure:
                self._refuse(batch, failure)
            else:
                self._publish(batch)

    def _publish(self, batch: Sequence[_Waiting]) -> None:
        for waiting in batch:
            if self._undecided.get(waiting.write.stored.ref) is waiting:
                del self._undecided[waiting.write.stored.ref]
        self._feed.publish([Event(w.write.type, w.write.revision, w.write.stored) for w in batch])
        for waiting in batch:
            if not waiting.written.done():
                waiting.written.set_result(None)

    def _refuse(self, batch: Sequence[_Waiting], failure: Exception) -> None:
        log.error("%s: %d writes failed: %s", self._path, len(batch) + len(self._queue), failure)
        error = StoreFileError(f"{self._path} could not be written ({failure}): is the disk full?")
        # What waits was decided on the assumption that this batch would be written.
        refused, self._queue = [*batch, *self._queue], []
        self._undecided.clear()
        for waiting in refused:
            if not waiting.written.done():
                waiting.written.set_exception(error)
