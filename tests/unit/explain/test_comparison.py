from typing import Any

import pytest
from tests.support.explaining import MESH, SUBSETS, ask, deployment, scenario, virtual_service

from lateen.explain.case import Expectation
from lateen.explain.comparison import Difference, differences
from lateen.explain.result import Explanation

RULE = virtual_service(
    """
  - timeout: 500ms
    mirror: {host: ratings}
    route:
    - {destination: {host: reviews, subset: v1}, weight: 80}
    - {destination: {host: reviews, subset: v2}, weight: 20}
"""
)
V2 = "outbound|9080|v2|reviews.default.svc.cluster.local"


@pytest.fixture(scope="module")
def found() -> Explanation:
    return ask(scenario(MESH + SUBSETS + RULE), "http://reviews:9080/")


@pytest.mark.parametrize(
    "expect",
    [
        {"verdict": "forward", "status": None},
        {"clusters": {"v1": 0.8, "v2": 0.2}},
        {"clusters": ["v2", "v1"]},
        {"clusters": [{"name": V2, "share": 0.2}, "v1"]},
        {"clusters": {"v1": 0.8, "v2": 0.2, "v3": 0}},
        {"mirrors": {"ratings": 1}},
        {"endpoints": ["reviews-v1", "reviews-v2-1"]},
        {"timeout": "0.5s"},
        {"route": {"virtual_service": "default/reviews", "rule": 0}},
        {"request": {"headers": {"removed": []}}},
        {"steps": ["listener", "VirtualService default/reviews"]},
        {"callee": {"workload": "reviews-v1"}},
        {"caller": {"labels": {"app": "sleep"}}},
    ],
)
def test_what_is_as_expected(found: Explanation, expect: dict[str, Any]) -> None:
    assert differences(Expectation(expect=expect), found) == []


@pytest.mark.parametrize(
    ("expect", "key", "expected", "actual"),
    [
        ({"verdict": "redirect"}, "verdict", "redirect", "forward"),
        ({"status": 200}, "status", "200", "null"),
        (
            {"clusters": {"v1": 1}},
            "clusters",
            "100% v1",
            "20% outbound|9080|v2|reviews.default.svc.cluster.local\n80% v1",
        ),
        ({"clusters": {"v1": 0.5, "v2": 0.5}}, "clusters", "50% v1\n50% v2", "80% v1\n20% v2"),
        ({"clusters": []}, "clusters", "none", None),
        ({"endpoints": ["reviews-v1"]}, "endpoints", "reviews-v1", None),
        ({"timeout": "1s"}, "timeout", "1s", "500ms"),
        ({"timeout": None}, "timeout", "null", "500ms"),
        ({"route": {"rule": 1}}, "route.rule", "1", "0"),
        ({"fault": {"delay": {"share": 1}}}, "fault", "delay: share: 1", "null"),
        ({"steps": ["VirtualService", "listener"]}, "steps", "listener", None),
    ],
)
def test_what_is_not(found: Explanation, expect: dict[str, Any], key: str, expected: str, actual: str | None) -> None:
    (difference,) = differences(Expectation(expect=expect), found)
    assert difference == Difference(key=key, expected=expected, actual=actual or difference.actual)


def test_shares_may_be_off_by_the_tolerance(found: Explanation) -> None:
    expect = {"clusters": {"v1": 0.75, "v2": 0.25}}
    assert differences(Expectation(expect=expect, tolerance=0.06), found) == []
    assert differences(Expectation(expect=expect, tolerance=0.04), found) != []


@pytest.mark.parametrize(
    ("expectation", "keys"),
    [
        (Expectation(reaches=("v1", "v2")), []),
        (Expectation(reaches=("reviews",)), []),
        (Expectation(reaches=("v1",)), ["reaches"]),
        (Expectation(never_reaches=("v3", "ratings")), []),
        (Expectation(never_reaches=("reviews-v2",)), ["never_reaches"]),
    ],
)
def test_what_is_reached(found: Explanation, expectation: Expectation, keys: list[str]) -> None:
    assert [each.key for each in differences(expectation, found)] == keys


def test_never_v1_fails_where_nothing_chooses_a_version() -> None:
    spread = ask(scenario(MESH), "http://reviews:9080/")
    (found,) = differences(Expectation(never_reaches=("v1",)), spread)
    assert (found.expected, found.actual.split()) == ("not v1", ["reviews-v1", "reviews-v2"])


def test_where_a_hash_decides_a_request_reaches_one_version_only() -> None:
    policy = "trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}"
    hashed = SUBSETS.replace("  subsets:", f"  {policy}\n  subsets:")
    one = ask(scenario(MESH + hashed + RULE), "http://reviews:9080/", headers={"x-user": "user-2"})
    assert differences(Expectation(reaches=("v2",), never_reaches=("v1",)), one) == []
    assert differences(Expectation(expect={"clusters": {"v1": 0.8, "v2": 0.2}}), one) == []


def test_v2_or_v3_fails_where_a_cluster_has_workloads_of_v1_too() -> None:
    spread = ask(scenario(MESH), "http://reviews:9080/")
    for wanted in (("v2", "v3"), ("reviews-v2",)):
        assert [each.key for each in differences(Expectation(reaches=wanted), spread)] == ["reaches"]
    assert differences(Expectation(reaches=("v1", "reviews-v2")), spread) == []


def test_callers_without_a_proxy_reach_workloads_as_well() -> None:
    bare = deployment("bare", extra="annotations: {sidecar.istio.io/inject: 'false'}")
    straight = ask(scenario(MESH + bare), "http://reviews:9080/", "bare")
    assert [each.key for each in differences(Expectation(never_reaches=("v1",)), straight)] == ["never_reaches"]


def test_nothing_is_reached_where_the_proxy_answers() -> None:
    rule = virtual_service("  - directResponse: {status: 200}\n")
    answered = ask(scenario(MESH + rule), "http://reviews:9080/")
    assert differences(Expectation(never_reaches=("reviews",)), answered) == []
    assert [each.key for each in differences(Expectation(reaches=("reviews",)), answered)] == ["reaches"]
