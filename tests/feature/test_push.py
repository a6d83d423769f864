"""Writes to the store reach proxies: the real pipeline with in-memory proxies."""

from typing import Any

from envoy.config.route.v3 import route_pb2
from tests.support.xds_link import Link
from tests.support.xds_plane import namespace, plane, service

from lateen.api.problem import ResourceRef
from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, ROUTE_TYPE
from lateen.xds.status import SyncState, type_statuses

REVIEWS = "outbound|9080||reviews.default.svc.cluster.local"


def timeout(host: str, seconds: int) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": host, "namespace": "default"},
        "spec": {"hosts": [host], "http": [{"route": [{"destination": {"host": host}}], "timeout": f"{seconds}s"}]},
    }


def route_timeouts(link: Link, service: str = "reviews") -> set[int]:
    config = route_pb2.RouteConfiguration()
    link.client.resources[ROUTE_TYPE]["9080"].resource.Unpack(config)
    return {
        route.route.timeout.seconds for host in config.virtual_hosts for route in host.routes if service in host.name
    }


async def test_a_service_and_a_rule_reach_every_proxy_once() -> None:
    async with plane() as made:
        link = await made.connect("productpage")
        outcome = await made.apply(namespace(), service("reviews"), timeout("reviews", 3))
        assert (outcome.proxies, outcome.acked, outcome.complete) == (1, 1, True)
        assert REVIEWS in link.client.held(CLUSTER_TYPE)
        assert REVIEWS in link.client.held(ENDPOINT_TYPE)
        assert route_timeouts(link) == {3}
        assert not link.client.dangling(warm=True)


async def test_a_proxy_that_comes_later_gets_everything() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"))
        link = await made.connect("late")
        assert REVIEWS in link.client.held(CLUSTER_TYPE)


async def test_a_status_reaches_nobody_and_counts_as_distributed() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"), timeout("reviews", 3))
        link = await made.connect("productpage")
        before = len(link.client.received)
        body = timeout("reviews", 3) | {"status": {"observedGeneration": 1}}
        stored = await made.store.replace(body, status_only=True)
        outcome = await made.settle(stored.revision)
        assert (outcome.complete, outcome.proxies) == (True, 0)
        assert len(link.client.received) == before


async def test_a_failure_of_ours_keeps_the_last_good_configuration() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"), timeout("reviews", 3))
        link = await made.connect("productpage")
        made.resolver.broken = True
        await made.store.replace(timeout("reviews", 4))
        await made.clock.advance(0.2)
        await link.pump()
        assert route_timeouts(link) == {3}
        made.resolver.broken = False
        stored = await made.store.replace(timeout("reviews", 5))
        assert (await made.settle(stored.revision)).acked == 1
        assert route_timeouts(link) == {5}


def refuses_13_seconds(type_url: str, resource: Any) -> bool:
    config = route_pb2.RouteConfiguration()
    if type_url != ROUTE_TYPE:
        return False
    resource.resource.Unpack(config)
    return any(route.route.timeout.seconds == 13 for host in config.virtual_hosts for route in host.routes)


async def test_a_refusal_is_a_problem_of_the_rule_until_the_rule_is_mended() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"), service("ratings"), timeout("ratings", 1))
        await made.connect("picky", refuses=refuses_13_seconds)
        await made.connect("tolerant")
        outcome = await made.apply(timeout("reviews", 13))
        assert (outcome.proxies, outcome.acked, [nack.proxy for nack in outcome.nacked]) == (2, 1, ["picky.default"])
        assert {str(ref) for ref in made.fleet.board.problems()} == {"VirtualService default/reviews"}
        stored = await made.store.replace(timeout("reviews", 14))
        assert (await made.settle(stored.revision)).acked == 2
        assert made.fleet.board.problems() == {}


async def test_one_bad_rule_keeps_every_later_change_of_others_from_the_proxies() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"), service("ratings"), timeout("reviews", 3))
        link = await made.connect("picky", refuses=refuses_13_seconds)
        bad = await made.store.replace(timeout("reviews", 13))
        await made.settle(bad.revision)
        assert (await made.apply(timeout("ratings", 5))).acked == 1
        assert route_timeouts(link) == {3}
        assert route_timeouts(link, "ratings") == {5}
        late = await made.connect("late", refuses=refuses_13_seconds)
        assert (route_timeouts(late), route_timeouts(late, "ratings")) == ({3}, {5})
        assert {str(ref) for ref in made.fleet.board.problems()} == {"VirtualService default/reviews"}
        status = type_statuses(link.connection, made.fleet.left_out)[ROUTE_TYPE]
        assert (status.state, status.rules) == (SyncState.ERROR, ("VirtualService default/reviews",))


async def test_of_two_rules_that_come_together_only_the_bad_one_is_left_out() -> None:
    async with plane() as made:
        await made.apply(namespace(), service("reviews"), service("ratings"))
        link = await made.connect("picky", refuses=refuses_13_seconds)
        for good, bad in (("reviews", "ratings"), ("ratings", "reviews")):
            await made.apply(timeout(good, 4), timeout(bad, 13))
            for _ in range(3):
                await made.settle(0)
            assert route_timeouts(link, good) == {4}
            assert route_timeouts(link, bad) == {0}
            assert {str(ref) for ref in made.fleet.board.problems()} == {f"VirtualService default/{bad}"}
            for name in (good, bad):
                await made.store.delete(ResourceRef("VirtualService", "default", name))
            await made.settle(0)
            assert made.fleet.board.problems() == {}


async def test_of_many_rules_that_come_together_the_two_bad_ones_are_left_out() -> None:
    names = ("cart", "details", "ratings", "reviews", "shipping")
    async with plane() as made:
        await made.apply(namespace(), *map(service, names))
        link = await made.connect("picky", refuses=refuses_13_seconds)
        await made.apply(*(timeout(name, 13 if name in {"details", "reviews"} else 4) for name in names))
        for _ in range(8):
            await made.settle(0)
        assert [route_timeouts(link, name) for name in names] == [{4}, {0}, {4}, {0}, {4}]
        left_out = {"VirtualService default/details", "VirtualService default/reviews"}
        assert {str(ref) for ref in made.fleet.board.problems()} == left_out


async def test_a_proxy_that_leaves_is_forgotten() -> None:
    async with plane() as made:
        link = await made.connect("productpage")
        link.connection.close()
        assert made.fleet.connections == {}
        assert (await made.apply(namespace(), service("reviews"))).proxies == 0
