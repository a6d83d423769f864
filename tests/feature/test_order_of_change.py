"""Rules sent one after the other: at no moment do requests that old and new rules serve go nowhere."""

from itertools import permutations
from typing import Any

import pytest
from envoy.config.route.v3 import route_pb2
from tests.support.validators import route_config_clusters
from tests.support.xds_link import Link
from tests.support.xds_plane import Plane, namespace, plane, service

from lateen.api.problem import ResourceRef
from lateen.ir.names import BLACK_HOLE_CLUSTER
from lateen.translate.names import ROUTE_TYPE
from lateen.xds.transition import GRACE_SECONDS

GAP_SECONDS = 1.0
"""Between two requests to the API: longer than a burst lasts."""


def rule(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "reviews", "namespace": "default"}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def routes(subset: str) -> dict[str, Any]:
    route = [{"destination": {"host": "reviews", "subset": subset}}]
    return rule("VirtualService", {"hosts": ["reviews"], "http": [{"route": route}]})


def subsets(*names: str) -> dict[str, Any]:
    listed = [{"name": name, "labels": {"version": name}} for name in names]
    return rule("DestinationRule", {"host": "reviews", "subsets": listed})


def clusters(link: Link) -> set[str]:
    """Where requests to reviews go; "" is the service without a subset."""
    config = route_pb2.RouteConfiguration()
    link.client.resources[ROUTE_TYPE]["9080"].resource.Unpack(config)
    named = {name for place, name in route_config_clusters(config) if "reviews" in place}
    return {name.split("|")[2] if "|" in name else name for name in named}


async def write(made: Plane, change: tuple[str, dict[str, Any]]) -> int:
    verb, body = change
    match verb:
        case "create":
            return (await made.store.create(body)).revision
        case "replace":
            return (await made.store.replace(body)).revision
        case _:
            return (await made.store.delete(ResourceRef(body["kind"], "default", "reviews"))).revision


Changes = list[tuple[str, dict[str, Any]]]
CREATE: Changes = [("create", routes("v1")), ("create", subsets("v1"))]
CHANGE: Changes = [("replace", routes("v2")), ("replace", subsets("v2"))]
DELETE: Changes = [("delete", routes("v2")), ("delete", subsets("v2"))]


@pytest.mark.parametrize("order", list(permutations((0, 1))), ids=["routes first", "subsets first"])
async def test_no_order_of_single_requests_sends_a_request_nowhere(order: tuple[int, int]) -> None:
    async with plane() as made:
        link = await made.connect("client")
        await made.apply(namespace(), service("reviews"))
        seen = [clusters(link)]
        for changes in (CREATE, CHANGE, DELETE):
            for number in order:
                await write(made, changes[number])
                await made.clock.advance(GAP_SECONDS)
                await link.pump()
                seen.append(clusters(link))
                assert not link.client.dangling(warm=True)
        assert BLACK_HOLE_CLUSTER not in set().union(*seen)
        assert (seen[2], seen[4], seen[6]) == ({"v1"}, {"v2"}, {""})


async def test_a_change_that_waits_is_not_distributed_yet_and_others_are() -> None:
    async with plane() as made:
        link = await made.connect("client")
        await made.apply(namespace(), service("reviews"), service("ratings"), subsets("v1"), routes("v1"))
        waiting = (await made.store.replace(routes("v9"))).revision
        outcome = await made.settle(waiting)
        other = await made.apply(rule("DestinationRule", {"host": "ratings"}) | {"metadata": {"name": "x"}})
        assert (outcome.complete, other.complete) == (False, True)
        await made.clock.advance(GRACE_SECONDS)
        await link.pump()
        outcome = made.fleet.distributions.outcome(waiting)
        assert (outcome.complete, outcome.acked) == (True, 1)
        assert clusters(link) == {BLACK_HOLE_CLUSTER}
