"""A weighted split by users: each always gets the same version, and the versions get their shares of the users."""

from collections import Counter
from pathlib import Path

import pytest
from tests.support.golden.case import GOLDEN, load, tell
from tests.support.routed_envoy import routed_envoy

from lateen.ir.names import subset_key
from lateen.ir.route import Forward, HashCookie, HashOn, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.simulation.call import Call
from lateen.simulation.routing import route_request
from lateen.translate.resources import Resources, translate_proxy
from lateen.translate.route import translate_route_config

pytestmark = pytest.mark.root

USERS = [f"user-{number}" for number in range(100)]
V2 = subset_key("outbound", "v2", "reviews.default.svc.cluster.local", 9080)


def call(path: str = "/", **headers: str) -> Call:
    return Call(address="10.96.0.20", port=9080, host="reviews:9080", path=path, headers=headers)


def test_a_hundred_users_keep_to_one_version_each(tmp_path: Path) -> None:
    resources = translate_proxy(tell(load(GOLDEN / "destination" / "sticky-split")).config)
    routes = resources.routes["9080"]
    chosen: dict[str, str] = {}
    with routed_envoy({"9080": routes}, tmp_path) as envoy:
        for user in USERS:
            calls = [call(f"/{number}", **{"x-user": user}) for number in range(5)]
            (chosen[user],) = {envoy.send("9080", each).echo["cluster"] for each in calls}
            told = route_request(resources, routes, calls[0]).sticky
            assert told is not None
            assert told.cluster == chosen[user]
        strangers = Counter(envoy.send("9080", call()).echo["cluster"] for _ in range(100))
    assert 8 <= Counter(chosen.values())[V2] <= 35
    assert 5 <= strangers[V2] <= 40


@pytest.mark.parametrize(
    ("on", "path", "headers"),
    [
        (HashOn(cookie=HashCookie(name="u")), "/", {"cookie": "a=b; u={}"}),
        (HashOn(query_parameter="u"), "/?x=y&u={}%20b", {}),
    ],
    ids=["cookie", "query"],
)
def test_the_simulator_chooses_as_envoy_does(on: HashOn, path: str, headers: dict[str, str], tmp_path: Path) -> None:
    targets = (WeightedCluster(cluster="a", weight=3), WeightedCluster(cluster="b", weight=4))
    action = Forward(clusters=targets, hash_on=(HashOn(header="x-tenant"), on))
    host = VirtualHost(name="h", domains=("*",), routes=(Route(action=action),))
    routes = translate_route_config(RouteConfig(name="r", virtual_hosts=(host,)))
    wrong = []
    with routed_envoy({"r": routes}, tmp_path) as envoy:
        for user in USERS:
            filled = {name: text.format(user) for name, text in headers.items()}
            asked = call(path.format(user), **filled, **({"x-tenant": f"of {user}"} if user.endswith("1") else {}))
            told = route_request(Resources(), routes, asked).sticky
            got = envoy.send("r", asked).echo["cluster"]
            wrong += [user] if told is None or told.cluster != got else []
    assert wrong == []
