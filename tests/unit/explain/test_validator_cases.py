"""Files of istio-config-validator, of which the format is understood."""

import pytest
from tests.support.explaining import scenario

from lateen.api.codec import parse_values
from lateen.explain.validator_cases import check_validator_case, parse_validator_cases

RULES = """
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: example, namespace: example}
spec:
  gateways: [%s]
  hosts: [www.example.com, example.com]
  http:
  - match: [{uri: {regex: "/users(/.*)?"}}]
    route: [{destination: {host: users.users.svc.cluster.local, port: {number: 80}}}]
  - match: [{uri: {prefix: /partners}, method: {regex: (GET|OPTIONS)}}]
    route: [{destination: {host: partner.partner.svc.cluster.local, port: {number: 8000}}}]
  - match: [{uri: {prefix: /reseller}}]
    route: [{destination: {host: partner.partner.svc.cluster.local}}]
    rewrite: {uri: /partner}
  - match: [{uri: {prefix: /go}}]
    redirect: {uri: /there}
  - route: [{destination: {host: monolith.monolith.svc.cluster.local}}]
"""
HOST, HOSTS = "authority: [example.com]", "authority: [example.com, www.example.com]"
USERS = "route: [{destination: {host: users.users.svc.cluster.local, port: {number: 80}}}]"
PARTNER = "route: [{destination: {host: partner.partner.svc.cluster.local, port: {number: 8000}}}]"
RESELLER = "route: [{destination: {host: partner.partner.svc.cluster.local}}]"


@pytest.mark.parametrize("gateway", ["mesh", "edge"])
@pytest.mark.parametrize(
    ("case", "passed"),
    [
        (f"wantMatch: true, request: {{{HOSTS}, uri: [/users, /users/1]}}, {USERS}", 4),
        (f"wantMatch: false, request: {{{HOST}, method: [PUT], uri: [/partners]}}, {PARTNER}", 1),
        (f"wantMatch: true, request: {{{HOST}, method: [PUT], uri: [/partners]}}, {PARTNER}", 0),
        (f"wantMatch: false, request: {{{HOST}, uri: [/users]}}, {USERS}", 0),
        (f"wantMatch: true, request: {{{HOST}, uri: [/reseller]}}, {RESELLER}, rewrite: {{uri: /partner}}", 1),
        (f"wantMatch: true, request: {{{HOST}, uri: [/reseller]}}, {RESELLER}, rewrite: {{uri: /x}}", 0),
        (f"wantMatch: true, request: {{{HOST}, uri: [/go]}}, redirect: {{uri: /there}}", 1),
        ("wantMatch: true, request: {authority: [nobody.example.org], uri: [/go]}", 1),
    ],
)
def test_each_combination_is_a_request(gateway: str, case: str, passed: int) -> None:
    (tree,), _ = parse_values(f"testCases:\n- {{description: it, {case}}}\n", "t.yaml")
    (parsed,), problems = parse_validator_cases(tree, "t.yaml")
    assert problems == []
    found = list(check_validator_case(scenario(RULES % gateway, gateway=True), parsed))
    assert sum(each.passed for each in found) == passed
    assert passed == 0 or all(each.passed for each in found)


def test_a_failure_says_what_the_rule_holds() -> None:
    (tree,), _ = parse_values(
        f"testCases:\n- {{wantMatch: true, request: {{authority: [example.com], uri: [/x]}}, {USERS}}}\n", "t.yaml"
    )
    (parsed,), _ = parse_validator_cases(tree, "t.yaml")
    (found,) = check_validator_case(scenario(RULES % "mesh", gateway=True), parsed)
    (difference,) = found.differences
    assert "monolith" in difference.actual
    assert "rule 4" in found.because


def test_what_cannot_be_read() -> None:
    (tree,), _ = parse_values("testCases:\n- {wantMatch: 1, request: {authority: example.com}}\n", "t.yaml")
    assert [each.origin.line for each in parse_validator_cases(tree, "t.yaml")[1]] == [2]
