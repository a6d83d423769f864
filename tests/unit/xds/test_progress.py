"""Which proxies count, when they have a rule, and when that is told."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tests.feature.test_push import refuses_13_seconds, timeout
from tests.support.xds_plane import Plane, namespace, plane, service

from lateen.api.problem import ResourceRef
from lateen.lib.tasks import TaskGroup
from lateen.model.workload import ProxyType
from lateen.status.reach import Reach
from lateen.xds.progress import CALM_SECONDS, CHUNK, PATIENCE_SECONDS, Progress

REVIEWS = ResourceRef("VirtualService", "default", "reviews")


class Told:
    """Who was told of, one list for each time."""

    def __init__(self) -> None:
        self.names: list[list[str]] = []

    def __call__(self, refs: Iterable[ResourceRef]) -> None:
        if names := [ref.name for ref in refs]:
            self.names.append(names)

    def take(self) -> list[list[str]]:
        names, self.names = self.names, []
        return names


@asynccontextmanager
async def watched(*proxies: str) -> AsyncIterator[tuple[Plane, Progress, Told]]:
    """A mesh with a service and proxies, whose progress is looked at."""
    async with plane() as made, TaskGroup() as tasks:
        await made.apply(namespace(), service("reviews"), service("ratings"))
        for name in proxies:
            await made.connect(name)
        progress, told = Progress(made.fleet, made.pusher.standings, made.clock), Told()
        tasks.start(progress.run(told), "progress")
        await made.clock.advance(0.1)
        yield made, progress, told


async def test_a_rule_is_told_of_once_when_all_have_it() -> None:
    async with watched("a", "b") as (made, progress, told):
        await made.store.create(timeout("reviews", 3))
        await made.clock.advance(0.2)
        await made.links[0].pump()
        await made.clock.advance(0.2)
        assert told.take() == []
        await made.links[1].pump()
        await made.clock.advance(0.2)
        assert told.take() == [["reviews"]]
        assert progress.reach(REVIEWS) == Reach(1, 2, 2)


async def test_who_does_not_answer_is_told_of_after_a_while() -> None:
    async with watched("a", "b") as (made, progress, told):
        await made.store.create(timeout("reviews", 3))
        await made.clock.advance(0.2)
        await made.links[0].pump()
        await made.clock.advance(PATIENCE_SECONDS)
        assert told.take() == [["reviews"]]
        assert progress.reach(REVIEWS) == Reach(1, 1, 2)


async def test_only_proxies_that_get_it_count() -> None:
    async with watched("a") as (made, progress, _):
        await made.connect("gw", kind=ProxyType.GATEWAY)
        hidden = timeout("ratings", 3)
        hidden["spec"]["exportTo"] = ["elsewhere"]
        entry = {**timeout("e", 1), "kind": "ServiceEntry", "spec": {"hosts": ["a.example.com"], "ports": []}}
        await made.apply(timeout("reviews", 3), hidden, entry)
        await made.clock.advance(1.0)
        assert progress.reach(REVIEWS) == Reach(1, 1, 1)
        assert progress.reach(ResourceRef("VirtualService", "default", "ratings")) == Reach(1, 0, 0)
        assert progress.reach(ResourceRef("ServiceEntry", "default", "e")) == Reach(1, 2, 2)
        assert progress.reach(ResourceRef("VirtualService", "default", "nobody")) is None


async def test_more_proxies_are_told_of_when_there_is_calm_and_some_rules_at_a_time() -> None:
    names = [f"s{number}" for number in range(CHUNK + 1)]
    async with watched("a") as (made, progress, told):
        await made.apply(*map(service, names), *(timeout(name, 3) for name in names))
        await made.clock.advance(1.0)
        assert [len(each) for each in told.take()] == [CHUNK + 1]
        await made.connect("b")
        await made.clock.advance(CALM_SECONDS / 2)
        await made.connect("c")
        await made.clock.advance(CALM_SECONDS - 1)
        first = ResourceRef("VirtualService", "default", "s0")
        assert (told.take(), progress.reach(first)) == ([], Reach(1, 1, 1))
        await made.clock.advance(2.0)
        assert ([len(each) for each in told.take()], progress.reach(first)) == ([CHUNK, 1], Reach(1, 3, 3))


async def test_a_start_is_no_news() -> None:
    async with plane() as made, TaskGroup() as tasks:
        await made.apply(namespace(), service("reviews"), timeout("reviews", 3))
        progress, told = Progress(made.fleet, made.pusher.standings, made.clock), Told()
        tasks.start(progress.run(told), "progress")
        await made.connect("a")
        await made.clock.advance(CALM_SECONDS - 0.5)
        assert (told.take(), progress.reach(REVIEWS)) == ([], None)
        await made.clock.advance(1.0)
        assert (told.take(), progress.reach(REVIEWS)) == ([["reviews"]], Reach(1, 1, 1))


async def test_a_refused_version_is_up_to_date_nowhere() -> None:
    async with watched("a") as (made, progress, _):
        await made.connect("picky", refuses=refuses_13_seconds)
        await made.apply(timeout("reviews", 13))
        for _ in range(4):
            await made.settle(0)
        await made.clock.advance(1.0)
        assert progress.reach(REVIEWS) == Reach(1, 0, 1, refused=True)
