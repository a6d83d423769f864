import pytest
from tests.support.resources import service
from tests.support.routing import Routing, rule, told_all

from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Cors, Fault, Route

HOST = "reviews.default.svc.cluster.local:9080"
TO = "route: [{destination: {host: reviews}}]"


def routes(http: str) -> tuple[Route, ...]:
    return Routing(service("reviews") + rule("r", f"{{hosts: [reviews], http: {http}}}")).host("9080", HOST).routes


@pytest.mark.parametrize(
    ("http", "expected"),
    [
        (f"[{{{TO}}}, {{directResponse: {{status: 201}}}}]", ["prefix:/ -> 9080||reviews"]),
        (
            f"[{{match: [{{uri: {{prefix: /a}}}}], {TO}}}, {{directResponse: {{status: 201}}}}, {{{TO}}}]",
            ["prefix:/a -> 9080||reviews", "prefix:/ -> 201"],
        ),
        (
            f"[{{match: [{{uri: {{exact: /a}}}}, {{uri: {{prefix: /}}}}, {{uri: {{exact: /b}}}}], {TO}}}, {{{TO}}}]",
            ["exact:/a -> 9080||reviews", "prefix:/ -> 9080||reviews"],
        ),
        (
            f"[{{match: [{{sourceNamespace: other}}], {TO}}}, {{directResponse: {{status: 201}}}}]",
            ["prefix:/ -> 201"],
        ),
        (f"[{{delegate: {{name: d}}}}, {{{TO}}}]", ["prefix:/ -> 9080||reviews"]),
    ],
)
def test_routes_end_with_the_first_that_takes_every_request(http: str, expected: list[str]) -> None:
    mesh = Routing(service("reviews") + rule("r", f"{{hosts: [reviews], http: {http}}}"))
    assert told_all(mesh.host("9080", HOST)) == expected


def test_a_rule_without_routes_for_this_client_leaves_the_default() -> None:
    (route,) = routes(f"[{{match: [{{sourceNamespace: other}}], {TO}}}]")
    assert (route.name, route.origin, route.rule) == ("default", None, None)
    assert route.operation == "reviews.default.svc.cluster.local:9080/*"


def test_a_route_knows_the_rule_it_comes_from() -> None:
    first, second = routes(
        "[{name: one, match: [{name: m, statPrefix: s, uri: {exact: /a}}], directResponse: {status: 201}}, "
        "{name: two, route: [{destination: {host: reviews}}], fault: {abort: {httpStatus: 500}}, corsPolicy: {}}]"
    )
    assert (first.name, first.rule, first.stat_prefix, first.operation) == ("one.m", 0, "s", "r:9080/a")
    assert (second.name, second.rule) == ("two", 1)
    assert second.operation == "reviews.default.svc.cluster.local:9080/*"
    assert second.fault == Fault(abort_http_status=500)
    assert second.cors == Cors(forward_unmatched_preflights=True)
    assert second.origin == ConfigOrigin(
        group="networking.istio.io", version="v1", kind="VirtualService", namespace="default", name="r"
    )


def test_claims_of_tokens_are_never_true_and_said_to_be() -> None:
    claim = "'@request.auth.claims.sub': {exact: x}"
    http = f"[{{match: [{{headers: {{{claim}}}}}, {{withoutHeaders: {{{claim}}}}}], {TO}}}]"
    mesh = Routing(service("reviews") + rule("r", f"{{hosts: [reviews], http: {http}}}"))
    assert told_all(mesh.host("9080", HOST)) == ["prefix:/ -> 9080||reviews"]
    assert [(each.code, each.path) for each in mesh.problems] == [
        ("NoEffect", 'spec.http[0].match[0].headers["@request.auth.claims.sub"]'),
        ("NoEffect", 'spec.http[0].match[1].withoutHeaders["@request.auth.claims.sub"]'),
    ]
