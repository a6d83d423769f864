"""The rules of every store; `tests/property/test_stores_agree.py` holds SQLite to the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.unit.store.documents import config_map, namespace, virtual_service

from lateen.api.problem import ResourceRef
from lateen.api.virtual_service import VirtualService
from lateen.lib.clock import FakeClock
from lateen.store.config_store import ConflictError, Event, MissingError, TooOldError
from lateen.store.feed import StoreClosedError
from lateen.store.memory import MemoryStore

ONE = ResourceRef("ConfigMap", "default", "one")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(FakeClock(), history_limit=10)


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(events), 10) for _ in range(count)]


async def test_create_sets_what_the_server_owns(store: MemoryStore) -> None:
    stored = await store.create(config_map("one", key="value"))
    metadata = stored.body["metadata"]
    assert metadata["resourceVersion"] == str(stored.revision) == "1"
    assert metadata["generation"] == 1
    assert metadata["creationTimestamp"] == "2023-11-14T22:13:20Z"
    assert len(metadata["uid"]) == 36
    assert await store.get(ONE) is stored


async def test_a_stored_body_is_nobody_elses(store: MemoryStore) -> None:
    mine = config_map("one", key="value")
    stored = await store.create(mine)
    mine["data"]["key"] = "changed"
    assert stored.body["data"] == {"key": "value"}


async def test_the_struct_comes_decoded(store: MemoryStore) -> None:
    stored = await store.create(virtual_service("reviews"))
    assert isinstance(stored.resource, VirtualService)
    assert stored.resource.spec.hosts == ("reviews",)


async def test_create_twice_conflicts(store: MemoryStore) -> None:
    await store.create(config_map("one"))
    with pytest.raises(ConflictError):
        await store.create(config_map("one"))


async def test_replace_checks_the_revision(store: MemoryStore) -> None:
    first = await store.create(config_map("one"))
    second = await store.replace(config_map("one", a="1"), expected=first.revision)
    with pytest.raises(ConflictError):
        await store.replace(config_map("one", a="2"), expected=first.revision)
    assert second.revision == first.revision + 1
    assert second.body["metadata"]["uid"] == first.body["metadata"]["uid"]


async def test_an_equal_body_writes_nothing(store: MemoryStore) -> None:
    first = await store.create(config_map("one", a="1"))
    assert await store.replace(config_map("one", a="1")) is first
    assert (await store.list()).revision == first.revision


async def test_generation_counts_changes_of_the_spec_only(store: MemoryStore) -> None:
    await store.create(virtual_service("reviews"))
    labelled = virtual_service("reviews")
    labelled["metadata"]["labels"] = {"a": "b"}
    assert (await store.replace(labelled)).body["metadata"]["generation"] == 1
    changed = await store.replace(virtual_service("reviews", host="ratings"))
    assert changed.body["metadata"]["generation"] == 2


async def test_status_and_the_rest_are_written_apart(store: MemoryStore) -> None:
    await store.create(virtual_service("reviews"))
    status = {**virtual_service("reviews", host="ignored"), "status": {"observedGeneration": "1"}}
    with_status = await store.replace(status, status_only=True)
    assert with_status.body["spec"] == {"hosts": ["reviews"]}
    assert with_status.body["metadata"]["generation"] == 1
    after = await store.replace({**virtual_service("reviews", host="ratings"), "status": {"observedGeneration": "9"}})
    assert after.body["status"] == {"observedGeneration": "1"}


async def test_delete_returns_what_was_there(store: MemoryStore) -> None:
    await store.create(config_map("one", a="1"))
    deleted = await store.delete(ONE)
    assert (deleted.body["data"], deleted.revision) == ({"a": "1"}, 2)
    assert await store.get(ONE) is None
    with pytest.raises(MissingError):
        await store.delete(ONE)
    with pytest.raises(MissingError):
        await store.replace(config_map("one"))


async def test_list_is_sorted_and_selected(store: MemoryStore) -> None:
    for body in (config_map("b", "y"), config_map("a", "z"), namespace("y"), config_map("a", "y")):
        await store.create(body)
    everything = await store.list()
    assert [item.ref for item in everything.items] == sorted(item.ref for item in everything.items)
    assert everything.revision == 4
    assert [item.ref.name for item in (await store.list(["ConfigMap"], "y")).items] == ["a", "b"]
    assert [item.ref.name for item in (await store.list(None, "")).items] == ["y"]


async def test_watch_gives_every_write_since_then_those_to_come(store: MemoryStore) -> None:
    await store.create(config_map("zero"))
    await store.create(config_map("one"))
    events = store.watch(1, ["ConfigMap"], "default")
    await store.create(namespace("other"))
    await store.replace(config_map("one", a="1"))
    coming = asyncio.ensure_future(take(events, 3))
    await asyncio.sleep(0)
    await store.delete(ONE)
    assert [(event.type.value, event.revision) for event in await coming] == [
        ("ADDED", 2),
        ("MODIFIED", 4),
        ("DELETED", 5),
    ]


async def test_watch_from_a_forgotten_revision_is_too_old(store: MemoryStore) -> None:
    for number in range(12):
        await store.create(config_map(f"n{number}"))
    with pytest.raises(TooOldError):
        await anext(store.watch(0))
    assert len(await take(store.watch(2), 10)) == 10


async def test_watch_from_another_stores_revision_is_too_old(store: MemoryStore) -> None:
    with pytest.raises(TooOldError):
        await anext(store.watch(7))


async def test_close_ends_watches(store: MemoryStore) -> None:
    waiting = asyncio.ensure_future(take(store.watch(0), 1))
    await asyncio.sleep(0)
    await store.close()
    with pytest.raises(StoreClosedError):
        await waiting
