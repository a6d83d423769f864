from typing import Any

import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, rule

from lateen.ir.route import (
    DirectResponse,
    Forward,
    HeaderEdits,
    Mirror,
    Redirect,
    RegexRewrite,
    Route,
    WeightedCluster,
)

HOST = "reviews.default.svc.cluster.local:9080"
CLUSTER = "outbound|9080||reviews.default.svc.cluster.local"
SUBSETS = document("DestinationRule", "reviews", "{host: reviews, subsets: [{name: v1}, {name: v2}]}")
TO_REVIEWS = "route: [{destination: {host: reviews}}]"


def route(http: str, port: int = 9080) -> Route:
    text = service("reviews", port=port) + SUBSETS + rule("r", f"{{hosts: [reviews], http: [{{{http}}}]}}")
    return Routing(text).host(str(port), HOST.replace("9080", str(port))).routes[0]


def forward(http: str) -> Forward:
    action = route(http).action
    assert isinstance(action, Forward)
    return action


def weighted(*targets: tuple[str, int | None]) -> str:
    words = [f"{{destination: {{host: reviews, subset: {name}}}, weight: {weight or 0}}}" for name, weight in targets]
    return f"route: [{', '.join(words)}]"


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([("v1", None)], [("v1", 1)]),
        ([("v1", 30)], [("v1", 30)]),
        ([("v1", 30), ("v2", 70)], [("v1", 30), ("v2", 70)]),
        ([("v1", 1), ("v2", 2)], [("v1", 1), ("v2", 2)]),
        ([("v1", 0), ("v2", 100)], [("v2", 100)]),
    ],
)
def test_weights(targets: list[tuple[str, int | None]], expected: list[tuple[str, int]]) -> None:
    found = [(each.cluster.split("|")[2], each.weight) for each in forward(weighted(*targets)).clusters]
    assert found == expected


def test_targets_that_all_weigh_nothing_answer_503() -> None:
    assert route(weighted(("v1", 0), ("v2", 0))).action == DirectResponse(status=503)


@pytest.mark.parametrize(
    ("http", "expected"),
    [
        ("", {"timeout_ms": 0, "max_grpc_timeout_ms": 0, "prefix_rewrite": "", "host_rewrite": ""}),
        ("timeout: 1.5s", {"timeout_ms": 1500, "max_grpc_timeout_ms": 1500}),
        ("rewrite: {uri: /v1}", {"prefix_rewrite": "/v1", "regex_rewrite": None}),
        (
            "rewrite: {uriRegexRewrite: {match: '^/a/(.*)', rewrite: '/b/\\1'}}",
            {"prefix_rewrite": "", "regex_rewrite": RegexRewrite(match="^/a/(.*)", substitution="/b/\\1")},
        ),
        ("rewrite: {authority: other}", {"host_rewrite": "other"}),
        ("headers: {request: {set: {host: other}}}", {"host_rewrite": "other"}),
        ("rewrite: {authority: one}, headers: {request: {set: {host: two}}}", {"host_rewrite": "one"}),
        ("retries: {attempts: 0}", {"retry": None}),
        ("mirror: {host: reviews}", {"mirrors": (Mirror(cluster=CLUSTER),)}),
        (
            "mirror: {host: reviews}, mirrorPercentage: {value: 12.5}",
            {"mirrors": (Mirror(cluster=CLUSTER, share=125_000),)},
        ),
        ("mirror: {host: reviews}, mirrorPercent: 3", {"mirrors": (Mirror(cluster=CLUSTER, share=30_000),)}),
        ("mirror: {host: reviews}, mirror_percent: 4", {"mirrors": (Mirror(cluster=CLUSTER, share=40_000),)}),
        ("mirror: {host: reviews}, mirrorPercentage: {value: 0}", {"mirrors": ()}),
        (
            "mirrors: [{destination: {host: reviews}}, {destination: {host: reviews}, percentage: {value: 1}}]",
            {"mirrors": (Mirror(cluster=CLUSTER), Mirror(cluster=CLUSTER, share=10_000))},
        ),
    ],
)
def test_forwarding(http: str, expected: dict[str, Any]) -> None:
    found = forward(f"{TO_REVIEWS}{', ' if http else ''}{http}")
    assert {name: getattr(found, name) for name in expected} == expected


def test_headers_of_the_route_and_of_its_targets() -> None:
    found = route(
        "headers: {request: {set: {a: '1'}, remove: [b]}, response: {add: {c: '2'}}}, route: ["
        "{destination: {host: reviews}, headers: {request: {add: {d: '3', host: sub}}, response: {remove: [e]}}}]"
    )
    assert (found.request, found.response) == (
        HeaderEdits(set=(("a", "1"),), remove=("b",)),
        HeaderEdits(add=(("c", "2"),)),
    )
    assert isinstance(found.action, Forward)
    assert found.action.clusters == (
        WeightedCluster(
            cluster=CLUSTER,
            host_rewrite="sub",
            request=HeaderEdits(add=(("d", "3"),)),
            response=HeaderEdits(remove=("e",)),
        ),
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("{uri: /x}", Redirect(path="/x")),
        ("{prefixRewrite: /x, redirectCode: 302}", Redirect(prefix="/x", code=302)),
        ("{authority: other, scheme: https, redirectCode: 308}", Redirect(host="other", scheme="https", code=308)),
        ("{port: 8443}", Redirect(port=8443)),
        ("{port: 80}", Redirect()),
        ("{port: 443}", Redirect(port=443)),
        ("{port: 443, scheme: https}", Redirect(scheme="https")),
        ("{derivePort: FROM_REQUEST_PORT}", Redirect(port=9080)),
        ("{derivePort: FROM_PROTOCOL_DEFAULT}", Redirect()),
        ("{uri: /x, redirectCode: 304}", Redirect(path="/x", code=301)),
    ],
)
def test_redirects(asked: str, expected: Redirect) -> None:
    assert route(f"redirect: {asked}").action == expected


def test_the_default_port_is_left_out_of_a_redirect() -> None:
    assert route("redirect: {derivePort: FROM_REQUEST_PORT}", port=80).action == Redirect()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("{status: 204}", DirectResponse(status=204)),
        ("{status: 200, body: {string: hello}}", DirectResponse(status=200, body="hello")),
        ("{status: 200, body: {bytes: '//8='}}", DirectResponse(status=200, body_bytes=b"\xff\xff")),
    ],
)
def test_direct_responses(asked: str, expected: DirectResponse) -> None:
    assert route(f"directResponse: {asked}").action == expected
