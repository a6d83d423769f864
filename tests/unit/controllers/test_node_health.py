from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.controllers.node_health import SILENT_SECONDS, NodeHealth
from lateen.lib.clock import FakeClock, rfc3339
from lateen.store.memory import MemoryStore

ONE = ResourceRef("Node", "", "one")


async def ready_condition(store: MemoryStore) -> JsonObject:
    stored = await store.get(ONE)
    assert stored is not None
    condition: JsonObject = stored.body["status"]["conditions"][0]
    return condition


async def mesh() -> tuple[FakeClock, MemoryStore]:
    clock = FakeClock()
    store = MemoryStore(clock)
    await store.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "one"}})
    ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": rfc3339(clock.now())}
    body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "one"}, "status": {"conditions": [ready]}}
    await store.replace(body, status_only=True)
    return clock, store


async def test_a_node_whose_agent_is_silent_is_not_shown_as_ready() -> None:
    clock, store = await mesh()
    health = NodeHealth(store, clock)
    await clock.advance(SILENT_SECONDS)
    await health.check()
    assert (await ready_condition(store))["status"] == "True"
    await clock.advance(1)
    await health.check()
    condition = await ready_condition(store)
    assert (condition["status"], condition["lastTransitionTime"]) == ("Unknown", rfc3339(clock.now()))
    revision = (await store.list()).revision
    await health.check()
    assert (await store.list()).revision == revision


async def test_a_control_plane_that_was_down_gives_nodes_time_to_speak() -> None:
    clock, store = await mesh()
    await clock.advance(10 * SILENT_SECONDS)
    health = NodeHealth(store, clock)
    await health.check()
    assert (await ready_condition(store))["status"] == "True"
