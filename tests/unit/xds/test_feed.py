from lateen.api.meta import Resource
from lateen.lib.clock import FakeClock
from lateen.store.config_store import Event, EventType
from lateen.store.memory import MemoryStore
from lateen.xds.feed import Feed

RULE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "reviews", "namespace": "default"},
    "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]},
}


class Recorder:
    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}

    def put(self, resource: Resource) -> None:
        self.resources[resource.metadata.name] = resource

    def remove(self, resource: Resource) -> None:
        del self.resources[resource.metadata.name]


async def test_a_status_alone_is_nothing_new() -> None:
    store, recorder = MemoryStore(FakeClock()), Recorder()
    feed = Feed(recorder, ["VirtualService"])
    created = await store.create(RULE)
    assert feed.apply(Event(EventType.ADDED, 1, created))
    kept = recorder.resources["reviews"]
    status = {**created.body, "status": {"conditions": [{"type": "Reconciled", "status": "True"}]}}
    stored = await store.replace(status, status_only=True)
    assert not feed.apply(Event(EventType.MODIFIED, stored.revision, stored))
    assert recorder.resources["reviews"] is kept
    assert feed.revision == stored.revision
    changed = await store.replace({**RULE, "spec": {**RULE["spec"], "hosts": ["ratings"]}})  # type: ignore[dict-item]
    assert feed.apply(Event(EventType.MODIFIED, changed.revision, changed))
    assert recorder.resources["reviews"] is changed.resource


async def test_of_a_service_entrys_status_only_addresses_are_new() -> None:
    store, feed = MemoryStore(FakeClock()), Feed(Recorder(), ["ServiceEntry"])
    body = {**RULE, "kind": "ServiceEntry", "spec": {"hosts": ["a.example.com"], "ports": []}}
    feed.apply(Event(EventType.ADDED, 1, await store.create(body)))
    for status, news in (
        ({"conditions": [{"type": "Reconciled", "status": "True"}]}, False),
        ({"addresses": [{"value": "240.240.0.1", "host": "a.example.com"}]}, True),
    ):
        stored = await store.replace({**body, "status": status}, status_only=True)
        assert feed.apply(Event(EventType.MODIFIED, stored.revision, stored)) is news


async def test_loading_anew_removes_what_is_gone() -> None:
    store, recorder = MemoryStore(FakeClock()), Recorder()
    feed = Feed(recorder, ["VirtualService"])
    created = await store.create(RULE)
    feed.load([created], 1)
    assert set(recorder.resources) == {"reviews"}
    feed.load([], 9)
    assert recorder.resources == {}
    assert feed.revision == 9


async def test_other_kinds_are_passed_over() -> None:
    created = await MemoryStore(FakeClock()).create(RULE)
    feed = Feed(Recorder(), ["Pod"])
    assert not feed.apply(Event(EventType.ADDED, 5, created))
    assert feed.revision == 5
