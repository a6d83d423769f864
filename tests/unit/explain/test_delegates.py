"""Routes that another VirtualService was asked to fill in."""

from tests.support.explaining import MESH, ask, scenario, virtual_service

from lateen.explain.result import DelegateView, Topic

LEAF = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: leaf, namespace: team}
spec:
  http:
  - name: beta
    match: [{headers: {beta: {exact: "1"}}}]
    route: [{destination: {host: reviews.default, subset: nosuch}}]
  - route: [{destination: {host: reviews.default}}]
"""
TEXT = (
    MESH
    + virtual_service(
        "  - match: [{uri: {prefix: /old}}]\n    redirect: {uri: /}\n  - delegate: {name: leaf, namespace: team}\n"
    )
    + LEAF
)


def line_of(start: str) -> int:
    return next(number for number, line in enumerate(TEXT.split("\n"), 1) if line.startswith(start))


def test_the_route_names_both_rules_with_their_own_places() -> None:
    found = ask(scenario(TEXT), "http://reviews:9080/")
    assert found.route is not None
    assert (found.route.virtual_service, found.route.rule) == ("default/reviews", 1)
    assert found.route.line == line_of("  - delegate")
    line = line_of("  - route: [{destination: {host: reviews.default}}]")
    assert found.route.delegate == DelegateView(virtual_service="team/leaf", rule=1, file="mesh.yaml", line=line)
    assert [(each.text, each.line) for each in found.steps if each.topic is Topic.ROUTE] == [
        ("VirtualService default/reviews, rule 1 delegates to VirtualService team/leaf", found.route.line),
        ("VirtualService team/leaf, rule 1 takes it, for it takes every request", line),
    ]


def test_what_is_wrong_is_told_about_the_rule_that_it_is_written_in() -> None:
    found = ask(scenario(TEXT), "http://reviews:9080/", headers={"beta": "1"})
    (nowhere,) = [each for each in found.steps if each.topic is Topic.CLUSTER]
    assert "IST0101" in nowhere.text
    assert nowhere.line == line_of("  - name: beta")


def test_the_rules_of_the_delegate_were_looked_at_too() -> None:
    found = ask(scenario(TEXT), "http://reviews:9080/", everything=True)
    assert found.looked_at is not None
    assert [(each.virtual_service, each.rule, each.taken, each.reasons) for each in found.looked_at] == [
        ("default/reviews", 0, False, ("it asks for path begins with /old (it is /)",)),
        ("default/reviews", 1, True, ()),
        ("team/leaf", 0, False, ('it asks for header beta is "1" (it is absent)',)),
        ("team/leaf", 1, True, ()),
    ]
    assert not [each for each in found.unused or () if each.kind == "VirtualService"]
