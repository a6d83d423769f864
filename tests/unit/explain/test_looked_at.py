"""`--all`: which rules were looked at, and which resources have no part."""

from tests.support.explaining import MESH, SUBSETS, ask, scenario, virtual_service

RULES = virtual_service(
    """
  - name: jason
    match:
    - {headers: {end-user: {exact: jason}}, uri: {prefix: /reviews}}
    - {queryParams: {v: {exact: "2"}}}
    route: [{destination: {host: reviews, subset: v2}}]
  - name: admins
    match: [{sourceLabels: {app: admin}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - name: all
    route: [{destination: {host: reviews, subset: v1}}]
  - name: late
    route: [{destination: {host: reviews, subset: v2}}]
"""
)


def test_every_rule_says_why_it_does_not_match() -> None:
    found = ask(scenario(MESH + SUBSETS + RULES), "http://reviews:9080/reviews/1?v=3", everything=True).looked_at
    assert found is not None
    assert [(each.name, each.taken) for each in found] == [
        ("jason", False),
        ("admins", False),
        ("all", True),
        ("late", False),
    ]
    first, second, _, last = found
    assert first.reasons == (
        'it asks for header end-user is "jason" (it is absent)',
        'it asks for query parameter v is "2" (the query is ?v=3)',
    )
    assert second.reasons == ("only for callers with the labels app=admin",)
    assert last.reasons == ("never asked: a rule before it takes every request",)
    assert first.line == (MESH + SUBSETS + RULES).split("\n").index("  - name: jason") + 1


def test_rules_behind_the_one_taken_were_not_reached() -> None:
    found = ask(scenario(MESH + SUBSETS + RULES), "http://reviews:9080/?v=2", everything=True).looked_at
    assert found is not None
    assert [each.reasons for each in found if each.name == "all"] == [("an earlier rule takes the request",)]


def test_resources_without_a_part() -> None:
    text = (
        MESH
        + SUBSETS
        + RULES
        + virtual_service("  - route: [{destination: {host: reviews}}]\n", name="second")
        + virtual_service("  - route: [{destination: {host: reviews}}]\n", name="edge", more="gateways: [shop]")
        + virtual_service("  - route: [{destination: {host: ratings}}]\n", name="hidden", more="exportTo: [elsewhere]")
        + virtual_service("  - route: [{destination: {host: ratings}}]\n", name="ghost", hosts="[ghost]")
        + "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: gone}\nspec: {host: gone}\n"
    )
    found = ask(scenario(text), "http://reviews:9080/", everything=True).unused
    assert found is not None
    reasons = {each.name: each.reason for each in found}
    assert reasons.keys() == {f"default/{name}" for name in ("second", "edge", "hidden", "ghost", "gone")}
    assert "default/reviews is in force" in reasons["default/second"]
    assert "not to sidecars" in reasons["default/edge"]
    assert "exportTo is elsewhere" in reasons["default/hidden"]
    assert reasons["default/gone"] == "no service is called gone"


CONNECTIONS = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mysql}
spec:
  hosts: [mysql, a.example.com]
  tls:
  - match: [{port: 443, sniHosts: [a.example.com]}]
    route: [{destination: {host: mysql}}]
  tcp:
  - match: [{port: 3307}, {sourceLabels: {app: admin}}]
    route: [{destination: {host: ratings}}]
  - match: [{destinationSubnets: [192.0.2.0/24]}]
    route: [{destination: {host: ratings}}]
  - route: [{destination: {host: mysql}}]
"""


def test_rules_of_connections() -> None:
    explanation = ask(scenario(MESH + CONNECTIONS), "tcp://mysql:3306", everything=True)
    found = explanation.looked_at
    assert found is not None
    assert [(each.part, each.rule, each.taken) for each in found] == [
        ("tls", 0, False),
        ("tcp", 0, False),
        ("tcp", 1, False),
        ("tcp", 2, True),
    ]
    assert found[0].reasons == ("it asks for port 443 (it is 3306) and server name a.example.com (it is absent)",)
    assert found[1].reasons == ("it asks for port 3307 (it is 3306) or callers with the labels app=admin",)
    assert found[2].reasons == (f"it asks for an address in 192.0.2.0/24 (it is {explanation.call.address})",)
    assert explanation.route is not None
    assert (explanation.route.part, explanation.route.rule) == ("tcp", 2)
