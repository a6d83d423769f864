"""The running mesh is analyzed in quiet moments, and not because of what analysis itself writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.controllers.analysis import LEAST_QUIET_SECONDS, LONGEST_WAIT_SECONDS, AnalysisLoop
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.store.memory import MemoryStore

RULE: JsonObject = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "reviews", "namespace": "default"},
    "spec": {"hosts": ["a"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]},
}
SERVICE: JsonObject = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "reviews", "namespace": "default"},
    "spec": {"ports": [{"port": 80, "name": "http"}]},
}


class World:
    """A store that is analyzed."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        self.published: asyncio.Queue[tuple[Problem, ...]] = asyncio.Queue()
        self.loop = AnalysisLoop(self.store, self.clock, self.published.put_nowait)

    async def codes(self) -> list[str]:
        """What the next analysis finds."""
        return [problem.code for problem in await asyncio.wait_for(self.published.get(), 10)]

    async def is_waiting(self) -> bool:
        """Whether nothing comes of a while of quiet."""
        await self.clock.advance(2 * LEAST_QUIET_SECONDS)
        return self.published.empty()


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """An analyzed store with RULE in it, of which the first analysis is done."""
    made = World()
    await made.store.create(RULE)
    async with TaskGroup() as tasks:
        tasks.start(made.loop.run(), "analysis")
        await made.clock.advance(LEAST_QUIET_SECONDS)
        assert await made.codes() == ["IST0101"]
        yield made


async def test_a_finding_goes_when_its_reason_does() -> None:
    async with world() as mesh:
        await mesh.store.create(SERVICE)
        await mesh.clock.advance(LEAST_QUIET_SECONDS)
        assert await mesh.codes() == []
        stored = await mesh.store.list(["Service"])
        await mesh.store.delete(stored.items[0].ref)
        await mesh.clock.advance(LEAST_QUIET_SECONDS)
        assert await mesh.codes() == ["IST0101"]


async def test_changes_wait_for_quiet_but_not_for_ever() -> None:
    async with world() as mesh:
        await mesh.store.create(SERVICE)
        first, number = mesh.clock.monotonic(), 0
        while mesh.clock.monotonic() < first + LONGEST_WAIT_SECONDS - LEAST_QUIET_SECONDS:
            number += 1
            assert mesh.published.empty()
            await mesh.store.replace({**SERVICE, "spec": {"ports": [{"port": number, "name": "http"}]}})
            await mesh.clock.advance(LEAST_QUIET_SECONDS / 2)
        await mesh.clock.advance(LEAST_QUIET_SECONDS)
        assert await mesh.codes() == []


async def test_a_status_is_no_reason_to_look_again() -> None:
    async with world() as mesh:
        stored = await mesh.store.replace({**RULE, "status": {"conditions": []}}, status_only=True)
        assert await mesh.is_waiting()
        assert mesh.loop.observed == stored.revision


async def test_a_rules_own_mistakes_are_found_once_and_again_when_it_changes() -> None:
    async with world() as mesh:
        route = RULE["spec"]["http"][0]
        await mesh.store.create(SERVICE)
        await mesh.store.replace({**RULE, "spec": {"hosts": ["a"], "http": [route, route]}})
        await mesh.clock.advance(LEAST_QUIET_SECONDS)
        assert await mesh.codes() == ["IST0130"]
        await mesh.store.replace(RULE)
        await mesh.clock.advance(LEAST_QUIET_SECONDS)
        assert await mesh.codes() == []
