"""The loop all controllers share: watch the store, collect keys, reconcile each until it succeeds.

A controller is level-triggered: `reconcile(key)` compares what is wanted with what is there and writes the difference.
Events only say which keys to look at again; one key is never reconciled twice at the same time.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup
from lateen.store.config_store import ConfigStore, Stored, TooOldError

log = logging.getLogger(__name__)

Key = tuple[str, str]
"""(namespace, name) of what a controller reconciles."""

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 10.0


class Controller(Protocol):
    """One reconcile loop. `kinds` are the kinds whose changes it wants to see."""

    name: str
    kinds: Sequence[str]

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The keys that a change of `stored` concerns."""
        ...

    async def reconcile(self, key: Key) -> float | None:
        """Make what is there what is wanted. Raising means: try again; a number: look again in so many seconds."""
        ...


class WorkQueue:
    """Keys to look at, each at most once; a key added while it is being worked on comes up again afterwards."""

    def __init__(self) -> None:
        self._waiting: dict[Key, None] = {}
        self._arrived = asyncio.Event()

    def add(self, key: Key) -> None:
        """Ask for `key` to be looked at."""
        self._waiting[key] = None
        self._arrived.set()

    async def take(self) -> Key:
        """The key that waits longest."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        key = next(iter(self._waiting))
        del self._waiting[key]
        return key

    def __len__(self) -> int:
        return len(self._waiting)


class ControllerRunner:
    """Runs controllers against a store until cancelled."""

    def __init__(self, store: ConfigStore, controllers: Sequence[Controller], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._queues = [(controller, WorkQueue()) for controller in controllers]
        self._busy = 0

    async def run(self) -> None:
        """Feed every controller from one watch; a watch that fell behind starts again from a list."""
        async with TaskGroup() as tasks:
            for controller, queue in self._queues:
                tasks.start(self._work(controller, queue, tasks), name=f"controller {controller.name}")
            while True:
                try:
                    await self._feed()
                except TooOldError:
                    log.warning("controllers fell behind the store's history; listing again")

    def look_again(self, controller: Controller, keys: Iterable[Key]) -> None:
        """Ask a controller to reconcile `keys` for a reason that is not in the store."""
        for known, queue in self._queues:
            if known is controller:
                for key in keys:
                    queue.add(key)

    def idle(self) -> bool:
        """Whether nothing waits and nothing is being reconciled."""
        return not self._busy and not any(len(queue) for _, queue in self._queues)

    async def _feed(self) -> None:
        listing = await self._store.list()
        for stored in listing.items:
            self._dispatch(stored)
        async for event in self._store.watch(listing.revision):
            self._dispatch(event.stored)

    def _dispatch(self, stored: Stored) -> None:
        for controller, queue in self._queues:
            if stored.ref.kind in controller.kinds:
                for key in controller.keys_for(stored):
                    queue.add(key)

    async def _work(self, controller: Controller, queue: WorkQueue, tasks: TaskGroup) -> None:
        backoffs: dict[Key, Backoff] = {}
        timers = _Timers(queue, self._clock, tasks)
        while True:
            key = await queue.take()
            self._busy += 1
            try:
                again = await controller.reconcile(key)
                backoffs.pop(key, None)
                timers.set(key, again)
            except asyncio.CancelledError:
                raise
            except Exception as failure:
                if timers.runs(key):
                    continue  # it has changed meanwhile; its next try comes when it was to come
                delay = backoffs.setdefault(key, Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)).next()
                log.warning("%s of %s/%s failed, again in %.2f s: %r", controller.name, *key, delay, failure)
                timers.set(key, delay)
            finally:
                self._busy -= 1


class _Timers:
    """When keys are to be looked at again: one time a key, so that trying often never makes for more tries."""

    def __init__(self, queue: WorkQueue, clock: Clock, tasks: TaskGroup) -> None:
        self._queue = queue
        self._clock = clock
        self._tasks = tasks
        self._running: dict[Key, asyncio.Task[None]] = {}

    def runs(self, key: Key) -> bool:
        """Whether the key has a time."""
        return key in self._running

    def set(self, key: Key, delay: float | None) -> None:
        """Give the key another time, or none."""
        if (old := self._running.pop(key, None)) is not None:
            old.cancel()
        if delay is not None:
            self._running[key] = self._tasks.start(self._wait(key, delay), name="look again")

    async def _wait(self, key: Key, delay: float) -> None:
        await self._clock.sleep(delay)
        del self._running[key]
        self._queue.add(key)
