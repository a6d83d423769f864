"""Statuses of rules as the whole control plane writes them: true, few, and no reason to do anything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.xds_plane import Plane, namespace, plane, service

from lateen.api.problem import ResourceRef
from lateen.controllers.loop import ControllerRunner
from lateen.controllers.status_writer import StatusWriter, key_of
from lateen.lib.tasks import TaskGroup
from lateen.xds.progress import CALM_SECONDS, Progress

NAMES = [f"s{number}" for number in range(20)]


def rule(name: str, seconds: int = 3) -> dict[str, Any]:
    route = {"route": [{"destination": {"host": name}}], "timeout": f"{seconds}s"}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"hosts": [name], "http": [route]},
    }


@asynccontextmanager
async def statuses() -> AsyncIterator[Plane]:
    """A mesh with services, rules and two proxies, where statuses are written."""
    async with plane() as made, TaskGroup() as tasks:
        progress = Progress(made.fleet, made.pusher.standings, made.clock)
        board = made.fleet.board
        writer = StatusWriter(made.store, made.clock, board.problems, lambda _: 0.0, progress.reach)
        runner = ControllerRunner(made.store, [writer], made.clock)
        tasks.start(runner.run(), "statuses")
        tasks.start(progress.run(lambda refs: runner.look_again(writer, map(key_of, refs))), "progress")
        for name in ("a", "b"):
            await made.connect(name)
        await made.apply(namespace(), *map(service, NAMES), *map(rule, NAMES))
        await rest(made)
        yield made


async def rest(made: Plane) -> None:
    """Let everything happen that is to happen."""
    for _ in range(4):
        await made.clock.advance(CALM_SECONDS)
        for link in made.links:
            await link.pump()


async def reconciled(made: Plane, name: str) -> tuple[str, str, int]:
    stored = await made.store.get(ResourceRef("VirtualService", "default", name))
    assert stored is not None
    (found,) = (each for each in stored.body["status"]["conditions"] if each["type"] == "Reconciled")
    return found["status"], found["message"], found["observedGeneration"]


async def revision(made: Plane) -> int:
    return (await made.store.list()).revision


async def test_a_change_costs_few_writes_and_no_push_but_its_own() -> None:
    async with statuses() as made:
        assert {await reconciled(made, name) for name in NAMES} == {("True", "2/2 proxies up to date.", 1)}
        before, told = await revision(made), [len(link.client.received) for link in made.links]
        await made.settle((await made.store.replace(rule("s3", 4))).revision)
        await rest(made)
        assert await reconciled(made, "s3") == ("True", "2/2 proxies up to date.", 2)
        assert await revision(made) - before <= 3, "the rule, that it is accepted, that all have it"
        assert [len(link.client.received) for link in made.links] == [count + 1 for count in told]
        pushed = made.fleet.distributions.latest()
        await made.clock.advance(60)
        assert made.fleet.distributions.latest() is pushed


async def test_who_comes_and_goes_within_a_moment_costs_nothing() -> None:
    async with statuses() as made:
        before = await revision(made)
        link = await made.connect("c")
        link.connection.close()
        made.links.remove(link)
        await rest(made)
        assert await revision(made) == before
        await made.connect("c")
        await rest(made)
        assert {await reconciled(made, name) for name in NAMES} == {("True", "3/3 proxies up to date.", 1)}
        assert await revision(made) - before == len(NAMES)
