import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.apiserver.calls import CONFIG_MAPS, backend_with, call, config_map

from lateen.api.problem import ResourceRef
from lateen.apiserver.call import Backend
from lateen.apiserver.status import StatusError
from lateen.apiserver.watching import Watch
from lateen.lib.clock import FakeClock
from lateen.store.memory import MemoryStore

ONE = ResourceRef("ConfigMap", "default", "one")


def start(backend: Backend, closing: asyncio.Event | None = None, **query: str) -> AsyncIterator[bytes]:
    watch = Watch(backend, call("GET", CONFIG_MAPS, **query), lambda body, first: body)
    return watch.lines(closing or asyncio.Event())


async def take(lines: AsyncIterator[bytes], count: int) -> list[tuple[str, str]]:
    events = [json.loads(await asyncio.wait_for(anext(lines), 10)) for _ in range(count)]
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]


def labelled(name: str, **labels: str) -> dict[str, Any]:
    body = config_map(name)
    body["metadata"]["labels"] = labels
    return body


async def test_without_a_revision_it_begins_with_what_is_there() -> None:
    backend = await backend_with(config_map("one"))
    lines = start(backend)
    assert await take(lines, 1) == [("ADDED", "one")]
    await backend.store.create(config_map("two"))
    await backend.store.delete(ONE)
    assert await take(lines, 2) == [("ADDED", "two"), ("DELETED", "one")]


async def test_from_a_revision_nothing_is_repeated() -> None:
    backend = await backend_with(config_map("one"))
    lines = start(backend, resourceVersion="2")
    await backend.store.create(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "default"}}
    )
    await backend.store.create(config_map("else", namespace="x") | {"metadata": {"name": "e", "namespace": "other"}})
    await backend.store.create(config_map("two"))
    assert await take(lines, 1) == [("ADDED", "two")]


async def test_a_resource_enters_and_leaves_a_selection() -> None:
    backend = await backend_with(labelled("one"))
    revision = (await backend.store.list()).revision
    lines = start(backend, resourceVersion=str(revision), labelSelector="a=b")
    first = asyncio.ensure_future(take(lines, 1))
    assert isinstance(backend.clock, FakeClock)
    await backend.clock.advance(0)
    await backend.store.replace(labelled("one", a="b"))
    assert await first == [("ADDED", "one")]
    await backend.store.replace(labelled("one", a="b", c="d"))
    await backend.store.replace(labelled("one"))
    await backend.store.replace(labelled("one", x="y"))
    await backend.store.replace(labelled("one", a="b"))
    await backend.store.delete(ONE)
    assert [kind for kind, _ in await take(lines, 4)] == ["MODIFIED", "DELETED", "ADDED", "DELETED"]


async def test_what_left_the_selection_before_the_watch_resumed_is_deleted() -> None:
    backend = await backend_with(labelled("one", a="b"))
    await backend.store.replace(labelled("one"))
    assert await take(start(backend, resourceVersion="2", labelSelector="a=b"), 1) == [("DELETED", "one")]


async def test_bookmarks_move_on_with_the_store() -> None:
    backend = await backend_with()
    clock = backend.clock
    assert isinstance(clock, FakeClock)
    lines = start(backend, resourceVersion="1", allowWatchBookmarks="true")
    coming = asyncio.ensure_future(anext(lines))
    await backend.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    await clock.advance(30)
    event = json.loads(await asyncio.wait_for(coming, 10))
    assert (event["type"], event["object"]["metadata"]) == ("BOOKMARK", {"resourceVersion": "2"})


async def test_initial_events_end_with_a_bookmark() -> None:
    backend = await backend_with(config_map("one"))
    lines = start(backend, sendInitialEvents="true", allowWatchBookmarks="true")
    assert await take(lines, 2) == [("ADDED", "one"), ("BOOKMARK", "")]


async def test_a_forgotten_revision_is_expired() -> None:
    backend = await backend_with()
    assert isinstance(backend.store, MemoryStore)
    lines = start(backend, resourceVersion="99")
    event = json.loads(await anext(lines))
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")
    with pytest.raises(StopAsyncIteration):
        await anext(lines)


async def test_it_ends_with_its_time_and_with_the_server() -> None:
    backend = await backend_with()
    clock, closing = backend.clock, asyncio.Event()
    assert isinstance(clock, FakeClock)
    timed = asyncio.ensure_future(collect(start(backend, timeoutSeconds="10")))
    closed = asyncio.ensure_future(collect(start(backend, closing)))
    await clock.advance(10)
    assert await asyncio.wait_for(timed, 10) == []
    closing.set()
    assert await asyncio.wait_for(closed, 10) == []


async def collect(lines: AsyncIterator[bytes]) -> list[bytes]:
    return [line async for line in lines]


async def test_a_revision_is_a_number() -> None:
    with pytest.raises(StatusError):
        start(await backend_with(), resourceVersion="x")
