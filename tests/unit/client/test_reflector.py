import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from lateen.client.api import ApiClient, UnreachableError, WatchEvent
from lateen.client.error import ApiError
from lateen.client.reflector import Change, Reflector
from lateen.lib.clock import FakeClock


def item(name: str, revision: int, uid: str = "") -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "default", "resourceVersion": str(revision), "uid": uid or name}}


Step = tuple[list[dict[str, Any]], int] | Sequence[WatchEvent | Exception] | Exception


class ScriptedClient(ApiClient):
    """Answers lists and watches from a script; a watch after its end lasts forever."""

    def __init__(self, *script: Step) -> None:
        self._script = list(script)
        self.watched: list[int] = []

    async def list(self, *_: Any, **__: Any) -> tuple[list[dict[str, Any]], int]:
        step = self._script.pop(0)
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, tuple)
        return step

    async def watch(self, kind: str, since: int, *_: Any, **__: Any) -> AsyncIterator[WatchEvent]:
        self.watched.append(since)
        if not self._script:
            await asyncio.Event().wait()
        step = self._script.pop(0)
        if isinstance(step, Exception):
            raise step
        for event in step:
            if isinstance(event, Exception):
                raise event
            assert isinstance(event, WatchEvent)
            yield event


def event(kind: str, name: str, revision: int, uid: str = "") -> WatchEvent:
    return WatchEvent(kind, item(name, revision, uid))


async def changes(client: ScriptedClient, count: int, clock: FakeClock | None = None) -> list[tuple[str, str]]:
    clock = clock or FakeClock()
    reflector = Reflector(client, "Pod", clock)
    seen: list[Change] = []

    async def collect() -> None:
        async for change in reflector.changes():
            seen.append(change)

    task = asyncio.ensure_future(collect())
    for _ in range(50):
        await clock.advance(10)
        if task.done() or len(seen) > count:
            break
    if task.done():
        task.result()
    task.cancel()
    return [(change.type.value, change.body["metadata"]["name"] if change.body else "") for change in seen]


SYNCED = ("SYNCED", "")


async def test_list_then_watch() -> None:
    client = ScriptedClient(
        ([item("a", 1)], 5), [event("ADDED", "b", 6), event("MODIFIED", "a", 7), event("DELETED", "b", 8)]
    )
    assert await changes(client, 5) == [
        ("ADDED", "a"),
        SYNCED,
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "b"),
    ]


async def test_a_lost_connection_resumes_where_it_was() -> None:
    client = ScriptedClient(
        ([], 5),
        [event("ADDED", "a", 6), event("BOOKMARK", "", 9), UnreachableError("gone")],
        UnreachableError("still gone"),
        ApiError(503, "ServiceUnavailable", "starting"),
        [event("ADDED", "b", 10)],
    )
    assert await changes(client, 3) == [SYNCED, ("ADDED", "a"), ("ADDED", "b")]
    assert client.watched == [5, 9, 9, 9, 10]


async def test_after_a_new_list_what_disappeared_is_deleted() -> None:
    client = ScriptedClient(
        ([item("a", 1), item("b", 2), item("c", 3), item("d", 4)], 5),
        ApiError(410, "Expired", "too old"),
        ([item("a", 1), item("c", 7), item("d", 8, uid="another")], 9),
    )
    seen = await changes(client, 20)
    assert seen[:5] == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c"), ("ADDED", "d"), SYNCED]
    assert seen[5:] == [("DELETED", "b"), ("MODIFIED", "c"), ("DELETED", "d"), ("ADDED", "d"), SYNCED]


async def test_nothing_is_added_twice_nor_deleted_unseen() -> None:
    client = ScriptedClient(([item("a", 1)], 5), [event("ADDED", "a", 6), event("DELETED", "stranger", 7)])
    assert await changes(client, 3) == [("ADDED", "a"), SYNCED, ("MODIFIED", "a")]


async def test_what_can_not_succeed_is_not_tried_again() -> None:
    with pytest.raises(ApiError):
        await changes(ScriptedClient(ApiError(403, "Forbidden", "no")), 1)


async def test_the_first_list_is_tried_again() -> None:
    assert await changes(ScriptedClient(UnreachableError("not up"), ([], 1)), 1) == [SYNCED]
