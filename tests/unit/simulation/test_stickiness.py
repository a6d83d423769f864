"""Weighted splits that are decided by a hash."""

import pytest
from envoy.config.route.v3.route_components_pb2 import RouteAction

from lateen.ir.route import Forward, HashCookie, HashOn, WeightedCluster
from lateen.simulation.call import Call
from lateen.simulation.outcome import Sticky
from lateen.simulation.stickiness import sticky_choice
from lateen.translate.route_action import forward_action

SPLIT = (WeightedCluster(cluster="v1", weight=80), WeightedCluster(cluster="v2", weight=20))
HEADER = HashOn(header="X-User")
COOKIE = HashOn(cookie=HashCookie(name="user", ttl_ms=0))
PARAMETER = HashOn(query_parameter="u")


def action(*on: HashOn) -> RouteAction:
    return forward_action(Forward(clusters=SPLIT, hash_on=on))


def call(path: str = "/", **headers: str) -> Call:
    return Call(address="10.96.0.10", port=80, path=path, headers=headers)


def test_without_a_hash_there_is_none() -> None:
    assert sticky_choice(action(), call()) is None
    one = forward_action(Forward(clusters=SPLIT[:1], hash_on=(HEADER,)))
    assert sticky_choice(one, call()) is None


@pytest.mark.parametrize(
    ("on", "by", "request_"),
    [
        (HEADER, "header X-User", {"x-user": "{}"}),
        (COOKIE, "cookie user", {"cookie": 'a=b; user="{}"; c=d'}),
        (PARAMETER, "query parameter u", {"path": "/x?a=b&u={}&u=other"}),
    ],
)
def test_users_keep_to_one_side_and_the_sides_keep_their_shares(on: HashOn, by: str, request_: dict[str, str]) -> None:
    chosen = {
        user: sticky_choice(action(on), call(**{key: text.format(user) for key, text in request_.items()}))
        for user in (f"user-{number}" for number in range(500))
    }
    assert {each.by for each in chosen.values() if each} == {(by,)}
    second = {user for user, each in chosen.items() if each and each.cluster == "v2"}
    assert 75 <= len(second) <= 125
    assert {"user-0" in second, "user-3" in second} == {False}
    assert "user-2" in second


@pytest.mark.parametrize("on", [HEADER, COOKIE, PARAMETER, HashOn(source_ip=True)])
def test_a_request_that_does_not_say_is_not_decided_here(on: HashOn) -> None:
    found = sticky_choice(action(on), call())
    assert found is not None
    assert found.cluster == ""


def test_two_hashes_decide_together() -> None:
    both = action(HEADER, PARAMETER)
    chosen = {sticky_choice(both, call(f"/?u={number}", **{"x-user": "anna"})) for number in range(30)}
    by = ("header X-User", "query parameter u")
    assert chosen == {Sticky(by=by, cluster="v1"), Sticky(by=by, cluster="v2")}
