"""Statuses follow what is known, and claim nothing that is not."""

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.controllers.status_writer import StatusWriter, key_of
from lateen.lib.clock import FakeClock
from lateen.status.reach import Reach
from lateen.store.memory import MemoryStore

REF = ResourceRef("VirtualService", "default", "reviews")
RULE: JsonObject = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "reviews", "namespace": "default"},
    "spec": {"hosts": ["reviews"]},
}


class Known:
    """What the mesh knows at the moment."""

    def __init__(self) -> None:
        self.revision = 0
        self.problems: dict[ResourceRef | None, tuple[Problem, ...]] = {}


async def status(store: MemoryStore) -> JsonObject:
    stored = await store.get(REF)
    assert stored is not None
    found: JsonObject = stored.body.get("status") or {}
    return found


async def test_a_resource_that_is_not_judged_yet_gets_no_status_and_comes_up_again() -> None:
    clock, known = FakeClock(), Known()
    store = MemoryStore(clock)
    writer = StatusWriter(store, clock, lambda: known.problems, lambda stored: 0.1 * (stored.revision > known.revision))
    created = await store.create(RULE)
    assert await writer.reconcile(key_of(REF)) == 0.1
    assert await status(store) == {}
    known.revision = created.revision
    assert await writer.reconcile(key_of(REF)) is None
    assert (await status(store))["conditions"][0]["status"] == "True"


async def test_problems_come_and_go() -> None:
    clock, known = FakeClock(), Known()
    store = MemoryStore(clock)
    writer = StatusWriter(store, clock, lambda: known.problems, lambda _: 0.0)
    await store.create(RULE)
    known.problems = {REF: (Problem(REF, "spec.http", "IST0101", Severity.ERROR, "no such host"),)}
    await writer.reconcile(key_of(REF))
    assert (await status(store))["conditions"][0]["reason"] == "IST0101"
    known.problems = {}
    await writer.reconcile(key_of(REF))
    assert (await status(store))["conditions"][0]["status"] == "True"


async def test_how_far_it_has_come_is_written_as_known() -> None:
    clock, known = FakeClock(), Known()
    store = MemoryStore(clock)
    reaches = [Reach(1, 1, 2), Reach(1, 2, 2)]
    writer = StatusWriter(store, clock, lambda: known.problems, lambda _: 0.0, lambda _: reaches.pop(0))
    await store.create(RULE)
    for message in ("1/2 proxies up to date.", "2/2 proxies up to date."):
        await writer.reconcile(key_of(REF))
        assert (await status(store))["conditions"][1]["message"] == message
