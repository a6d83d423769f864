"""Whatever is done to them, the SQLite store and the memory store give the same answers and the same events."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.api.problem import ResourceRef
from lateen.lib.clock import FakeClock
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored, TooOldError
from lateen.store.memory import MemoryStore
from lateen.store.sqlite import SqliteStore

HISTORY = 10

names = st.sampled_from(["a", "b"])
kinds = st.sampled_from([("v1", "ConfigMap", "data"), ("networking.istio.io/v1", "VirtualService", "spec")])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    api_version, kind, field = draw(kinds)
    body: dict[str, Any] = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": draw(names), "namespace": draw(names)},
    }
    if draw(st.booleans()):
        body["metadata"]["labels"] = {"l": draw(names)}
    body[field] = {"hosts": [draw(names)]} if kind == "VirtualService" else {"k": draw(names)}
    if draw(st.booleans()):
        body["status"] = {"observedGeneration": draw(names)}
    return body


expected = st.one_of(st.none(), st.integers(1, 12))
operations = st.one_of(
    st.tuples(st.just("create"), documents()),
    st.tuples(st.just("replace"), documents(), expected, st.booleans()),
    st.tuples(st.just("delete"), documents(), expected),
    st.tuples(
        st.just("list"), st.sampled_from([None, ["ConfigMap"], ["VirtualService", "Pod"]]), st.one_of(st.none(), names)
    ),
    st.tuples(st.just("watch"), st.integers(0, 40)),
    st.tuples(st.just("reopen")),
)


def fingerprint(stored: Stored) -> Any:
    return stored.ref, stored.revision, stored.body, stored.resource


async def outcome(action: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await action()
    except (ConflictError, MissingError, TooOldError) as failure:
        return type(failure), str(failure)


async def perform(store: ConfigStore, operation: tuple[Any, ...]) -> Any:
    verb, *rest = operation
    if verb == "create":
        return fingerprint(await store.create(rest[0]))
    if verb == "replace":
        return fingerprint(await store.replace(rest[0], expected=rest[1], status_only=rest[2]))
    if verb == "delete":
        metadata = rest[0]["metadata"]
        ref = ResourceRef(rest[0]["kind"], metadata["namespace"], metadata["name"])
        return fingerprint(await store.delete(ref, expected=rest[1]))
    if verb == "list":
        listing = await store.list(*rest)
        return listing.revision, [fingerprint(item) for item in listing.items]
    if verb == "watch":
        return await everything_since(store, rest[0])
    return None


async def everything_since(store: ConfigStore, since: int) -> list[Any]:
    last = (await store.list()).revision
    seen: list[Any] = []
    events = store.watch(since)
    while since < last:
        event = await anext(events)
        since = event.revision
        seen.append((event.type, event.revision, fingerprint(event.stored)))
    return seen


def uids() -> Callable[[], str]:
    counter = itertools.count(1)
    return lambda: f"uid-{next(counter)}"


async def compare(script: list[tuple[Any, ...]], path: Path) -> None:
    memory = MemoryStore(FakeClock(), uids=uids(), history_limit=HISTORY)
    names = uids()
    sqlite = await SqliteStore(path, FakeClock(), uids=names, history_limit=HISTORY).open()
    try:
        for operation in script:
            if operation[0] == "reopen":
                await sqlite.close()
                sqlite = await SqliteStore(path, FakeClock(), uids=names, history_limit=HISTORY).open()
            first, second = [await outcome(partial(perform, store, operation)) for store in (memory, sqlite)]
            assert first == second, operation
    finally:
        await sqlite.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(operations, max_size=30))
def test_memory_and_sqlite_behave_the_same(script: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(compare(script, Path(folder) / "store.db"))
