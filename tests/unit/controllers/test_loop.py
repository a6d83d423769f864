from collections.abc import Iterable, Sequence

from lateen.controllers.loop import FIRST_RETRY_SECONDS, ControllerRunner, Key
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.store.config_store import Stored
from lateen.store.memory import MemoryStore


class Failing:
    """A controller that fails until it is told not to."""

    name = "failing"
    kinds: Sequence[str] = ("ConfigMap",)

    def __init__(self) -> None:
        self.tries = 0
        self.fails = True

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        return [(stored.ref.namespace, stored.ref.name)]

    async def reconcile(self, key: Key) -> float | None:
        self.tries += 1
        if self.fails:
            raise ValueError("not yet")
        return None


async def test_a_key_that_keeps_failing_is_not_tried_more_often_the_more_it_changes() -> None:
    clock = FakeClock()
    store, controller = MemoryStore(clock), Failing()
    runner = ControllerRunner(store, [controller], clock)
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "default"}}
    async with TaskGroup() as tasks:
        tasks.start(runner.run(), "runner")
        await store.create(body)
        await clock.advance(0)
        for number in range(20):
            await store.replace({**body, "data": {"n": str(number)}})
            await clock.advance(0)
        before = controller.tries
        await clock.advance(FIRST_RETRY_SECONDS)
        assert controller.tries == before + 1
        controller.fails = False
        await clock.advance(60)
        assert controller.tries == before + 2
        await clock.advance(600)
        assert controller.tries == before + 2
