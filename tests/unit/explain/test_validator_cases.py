"""Files of istio-config-validator, of which the format is understood."""

import pytest
from tests.support.explaining import MESH, SUBSETS, scenario, virtual_service

from lateen.api.codec import from_yaml, parse_values
from lateen.explain.question import WrongQuestionError
from lateen.explain.scenario import Scenario, build_scenario
from lateen.explain.validator_cases import (
    Call,
    ValidatorCase,
    calls_of,
    check_call,
    check_validator_case,
    parse_validator_cases,
    sendable,
)

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


def running(*documents: str) -> Scenario:
    """A running mesh with these documents."""
    bodies = [from_yaml(each) for each in documents]
    return build_scenario((), running=bodies)


def one_call(scenario: Scenario, text: str) -> tuple[ValidatorCase, Call]:
    (tree,), _ = parse_values(f"testCases:\n- {{wantMatch: true, request: {text}, {USERS}}}\n", "t.yaml")
    (case,), _ = parse_validator_cases(tree, "t.yaml")
    (call,) = calls_of(case)
    return case, call


def test_rules_of_a_running_mesh_are_compared_as_those_of_files() -> None:
    port = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80, name: http}]}\n"
    mesh = running(RULES % "mesh", port)
    assert check_call(mesh, *one_call(mesh, f"{{{HOST}, uri: [/users]}}")).passed


def test_who_can_send_a_request_in_a_running_mesh() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME, namespace: example}\nspec: {containers: [CONTAINERS]}\n"
    ready = "status: {podIP: 10.0.0.9, phase: Running, conditions: [{type: Ready, status: 'True'}]}\n"
    plain = pod.replace("NAME", "a").replace("CONTAINERS", "{name: app}") + ready
    proxied = pod.replace("NAME", "b").replace("CONTAINERS", "{name: app}, {name: istio-proxy, image: proxyv2}") + ready
    mesh = running(RULES % "mesh", plain, proxied)
    found = sendable(mesh, *one_call(mesh, f"{{{HOST}, uri: [/users], headers: {{x-a: b}}}}"))
    assert (found.caller, found.namespace, found.question.url) == ("pod/b", "example", "http://example.com:80/users")
    assert found.question.headers == {"x-a": "b"}
    bare = running(RULES % "mesh", plain)
    with pytest.raises(WrongQuestionError, match="no pod with a sidecar"):
        sendable(bare, *one_call(bare, f"{{{HOST}}}"))


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            "wantmatch: true, request: {authority: [a]}",
            't.yaml:2: there is no key "wantmatch": did you mean wantMatch?',
        ),
        ("request: {authority: [a], header: {}}", 't.yaml:2: request: there is no key "header": did you mean headers?'),
        ("request: {authority: a}", "t.yaml:2: request.authority: must be a list, not a text"),
        ("request: {uri: [/]}", "t.yaml:2: request.authority names no host: write authority: [reviews]"),
        ("wantMatch: yes please, request: {}", "t.yaml:2: wantMatch: must be true or false, not a text"),
        ("wantMatch: true", 't.yaml:2: the key "request" is missing'),
    ],
)
def test_mistakes_are_told_instead_of_passed_over(entry: str, line: str) -> None:
    (tree,), _ = parse_values(f"testCases:\n- {{{entry}}}\n", "t.yaml")
    cases, problems = parse_validator_cases(tree, "t.yaml")
    assert (cases, list(map(str, problems))) == ([], [line])


def test_cases_are_a_list() -> None:
    (tree,), _ = parse_values("testCases: {}\n", "t.yaml")
    assert str(parse_validator_cases(tree, "t.yaml")[1][0]).startswith("t.yaml:1: testCases must be a list")


GATEWAY = """
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: example}
spec:
  selector: {istio: ingressgateway}
  servers:
"""
REDIRECT = "  - {port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}\n"
SECURE = "  - {port: {number: 443, name: b, protocol: HTTPS}, hosts: [%s], tls: {mode: %s, credentialName: x}}\n"
PLAIN = "  - {port: {number: 8090, name: c, protocol: HTTP}, hosts: ['*.com']}\n"


@pytest.mark.parametrize(
    ("servers", "asked"),
    [
        (REDIRECT + SECURE % ("'*'", "SIMPLE"), "https://example.com:443/users"),
        (SECURE % ("other.com", "SIMPLE") + PLAIN, "http://example.com:8090/users"),
        (SECURE % ("./example.com", "MUTUAL"), "https://example.com:443/users"),
    ],
)
def test_requests_for_a_host_go_to_the_gateways_server_that_routes_them(servers: str, asked: str) -> None:
    mesh = scenario(RULES % "edge" + GATEWAY + servers, gateway=True)
    (tree,), _ = parse_values(
        f"testCases:\n- {{wantMatch: true, request: {{{HOST}, uri: [/users]}}, {USERS}}}\n", "t.yaml"
    )
    (case,), _ = parse_validator_cases(tree, "t.yaml")
    (call,) = calls_of(case)
    assert check_call(mesh, case, call).differences == ()
    assert sendable(mesh, case, call).question.url == asked


def test_short_names_of_services_are_asked_at_a_port_of_theirs() -> None:
    rule = virtual_service("  - route: [{destination: {host: reviews, subset: v2}}]\n")
    written = "request: {authority: [reviews, reviews.default]}, route: [{destination: {host: reviews, subset: v2}}]"
    (tree,), _ = parse_values(f"testCases:\n- {{wantMatch: true, {written}}}\n", "t.yaml")
    (case,), _ = parse_validator_cases(tree, "t.yaml")
    everything = RULES.replace("[www.example.com, example.com]", "['*']") % "edge"  # for no name that has a rule
    mesh = scenario(MESH + SUBSETS + rule + "\n---" + everything)
    assert [each.differences for each in check_validator_case(mesh, case)] == [(), ()]
