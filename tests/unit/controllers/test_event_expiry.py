from lateen.api.meta import JsonObject
from lateen.controllers.event_expiry import KEPT_SECONDS, EventExpiry
from lateen.lib.clock import FakeClock, rfc3339
from lateen.lib.tasks import TaskGroup
from lateen.store.memory import MemoryStore


def event(name: str, **fields: object) -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "default"},
        "involvedObject": {"kind": "Pod", "name": "web", "namespace": "default"},
        **fields,
    }


async def names(store: MemoryStore) -> list[str]:
    return [item.ref.name for item in (await store.list(["Event"])).items]


async def test_events_are_forgotten_an_hour_after_they_happened_last() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    await store.create(event("old", lastTimestamp=rfc3339(clock.now())))
    later = rfc3339(clock.now() + 600)
    await store.create(event("again", firstTimestamp=rfc3339(clock.now()), lastTimestamp=later))
    await store.create(event("series", series={"count": 2, "lastObservedTime": later}))
    async with TaskGroup() as tasks:
        tasks.start(EventExpiry(store, clock).run(), "expiry")
        await clock.advance(KEPT_SECONDS - 1)
        assert len(await names(store)) == 3
        await clock.advance(120)
        assert await names(store) == ["again", "series"]
        await clock.advance(600)
        assert await names(store) == []


async def test_an_event_without_any_time_is_as_old_as_its_document() -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    await store.create(event("bare"))
    await EventExpiry(store, clock).expire()
    assert await names(store) == ["bare"]
