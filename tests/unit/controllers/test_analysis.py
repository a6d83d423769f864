import asyncio

import pytest

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.controllers.analysis import LEAST_QUIET_SECONDS, AnalysisLoop
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.store.memory import MemoryStore


def route(gateway: str, **status: object) -> JsonObject:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"hosts": ["web.example"], "gateways": [gateway], "http": [{"directResponse": {"status": 200}}]},
        **({"status": status} if status else {}),
    }


class Watched:
    """A loop over a store, and what it has published."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        self.published: list[tuple[Problem, ...]] = []
        self.loop = AnalysisLoop(self.store, self.clock, self.published.append)

    async def settle(self, revision: int) -> None:
        """Let time pass until everything up to `revision` has been looked at."""
        for _ in range(500):
            await self.clock.advance(LEAST_QUIET_SECONDS)
            await asyncio.to_thread(lambda: None)
            if self.loop.observed >= revision:
                return
        pytest.fail(f"revision {revision} was never looked at, only {self.loop.observed}")


async def test_apply_says_nothing_of_a_gateway_that_is_not_there() -> None:
    """What counts as looked at has been published."""
    watched = Watched()
    async with TaskGroup() as tasks:
        tasks.start(watched.loop.run(), "analysis")
        stored = await watched.store.create(route("nosuch"))
        assert watched.loop.observed < stored.revision
        await watched.settle(stored.revision)
        assert any("nosuch" in problem.message for problem in watched.published[-1])
        looks = len(watched.published)
        written = await watched.store.replace(route("nosuch", observedGeneration=1), status_only=True)
        await watched.settle(written.revision)
        assert len(watched.published) == looks
        fixed = await watched.store.replace(route("mesh"))
        await watched.settle(fixed.revision)
        assert not any("nosuch" in problem.message for problem in watched.published[-1])
