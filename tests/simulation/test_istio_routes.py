"""HTTP routes of one VirtualService: the situations of Istio's route tables, by what becomes of requests."""

import pytest
from tests.support.asked import asked, short
from tests.support.resources import service
from tests.support.routing import document, rule

SERVICES = service("a", port=80) + service("b", port=8080) + service("c", port=80)
GATEWAY = document(
    "Gateway",
    "gw",
    "{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com]}, "
    "{port: {number: 9090, name: http-2, protocol: HTTP}, hosts: [a.com]}, "
    "{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.com], tls: {mode: SIMPLE, credentialName: c}}]}",
)
TO_A, TO_C = "route: [{destination: {host: a}}]", "route: [{destination: {host: c}}]"


def at_sidecar(http: str) -> str:
    return SERVICES + rule("r", f"{{hosts: [a], http: {http}}}")


REDIRECTS = {
    "{authority: b.com}": ("http://a.com/x", "301 http://b.com/x"),
    "{uri: /y, redirectCode: 308}": ("http://a.com/x", "308 http://a.com/y"),
    "{prefixRewrite: /y/, authority: foo.com}": ("http://a.com/x", "301 http://foo.com/y/x"),
    "{scheme: https}": ("http://a.com/x", "301 https://a.com/x"),
    "{port: 8443}": ("http://a.com/x", "301 http://a.com:8443/x"),
    "{port: 80}": ("http://a.com/x", "301 http://a.com/x"),
    "{port: 443}": ("http://a.com/x", "301 http://a.com:443/x"),
    "{port: 443, scheme: https}": ("http://a.com/x", "301 https://a.com/x"),
    "{port: 443, redirectCode: 302}": ("https://a.com/x", "302 https://a.com/x"),
    "{port: 80, redirectCode: 303}": ("https://a.com/x", "303 https://a.com:80/x"),
    "{derivePort: FROM_REQUEST_PORT}": ("http://a.com/x", "301 http://a.com/x"),
    "{derivePort: FROM_REQUEST_PORT, authority: b.com}": ("http://a.com:9090/x", "301 http://b.com:9090/x"),
    "{derivePort: FROM_REQUEST_PORT, scheme: https, redirectCode: 307}": (
        "http://a.com:9090/x host=a.com",
        "307 https://a.com:9090/x",
    ),
    "{derivePort: FROM_PROTOCOL_DEFAULT, authority: b.com}": ("http://a.com:9090/x", "301 http://b.com/x"),
}


@pytest.mark.parametrize("redirect", REDIRECTS)
def test_redirects(redirect: str) -> None:
    question, expected = REDIRECTS[redirect]
    if "prefixRewrite" in redirect:
        http = f"[{{match: [{{uri: {{prefix: /}}}}], redirect: {redirect}}}]"
    else:
        http = f"[{{redirect: {redirect}}}]"
    documents = SERVICES + GATEWAY + rule("r", f"{{hosts: [a.com], gateways: [gw], http: {http}}}")
    assert short(asked(documents, question, "gateway/gw")) == expected


NAMED: dict[str, tuple[str, dict[str, str | None]]] = {
    "the first that takes everything is the last": (
        f"[{{name: r, match: [{{name: some, uri: {{prefix: /v1}}}}, {{name: all, uri: {{prefix: /}}}}], {TO_A}}}, "
        f"{{name: late, {TO_C}}}]",
        {"/v1": "r.some", "/": "r.all", "/late": "r.all"},
    ),
    "a port alone takes everything": (
        f"[{{name: one, match: [{{name: port, port: 80}}], {TO_A}}}, "
        f"{{name: two, match: [{{headers: {{cookie: {{exact: x}}}}}}], {TO_C}}}, {{name: three, {TO_C}}}]",
        {"/ cookie=x": "one.port", "/": "one.port"},
    ),
    "a port that is another": (
        f"[{{name: one, match: [{{port: 8080}}], {TO_A}}}, {{name: two, {TO_C}}}]",
        {"/": "two"},
    ),
    "matches for other clients": (
        "[{name: one, match: [{name: all, uri: {prefix: /}, sourceLabels: {app: other}}, "
        f"{{name: some, uri: {{prefix: /a}}}}], {TO_A}}}, "
        f"{{name: two, match: [{{sourceNamespace: default}}], {TO_C}}}]",
        {"/a": "one.some", "/": "two"},
    ),
    "the labels of the client": (
        f"[{{name: one, match: [{{sourceLabels: {{app: client}}}}], {TO_A}}}, {{name: two, {TO_C}}}]",
        {"/": "one"},
    ),
    "only for gateways": (
        f"[{{name: one, match: [{{gateways: [gw]}}], {TO_A}}}, {{name: two, match: [{{gateways: [mesh]}}], {TO_C}}}]",
        {"/": "two"},
    ),
    "expressions stand for the whole path": (
        rf"[{{name: one, match: [{{uri: {{regex: '\/(.?)\/status'}}}}], {TO_A}}}, {{name: two, {TO_C}}}]",
        {"/1/status": "one", "/12/status": "two", "/1/status/2": "two", "/1/status?q=1": "one"},
    ),
    "prefixes stand for any longer path": (
        f"[{{name: one, match: [{{uri: {{prefix: /a}}}}], {TO_A}}}, {{name: two, {TO_C}}}]",
        {"/a": "one", "/ab": "one", "/A": "two"},
    ),
    "case may not matter": (
        f"[{{name: one, match: [{{uri: {{exact: /Ab}}, ignoreUriCase: true}}], {TO_A}}}, {{name: two, {TO_C}}}]",
        {"/aB": "one", "/aB?Q": "one", "/aBc": "two"},
    ),
    "headers that must be there, or not": (
        "[{name: one, match: [{headers: {FOO: {}}, withoutHeaders: {bar: {}}}], "
        f"{TO_A}}}, {{name: two, match: [{{withoutHeaders: {{foo: {{regex: 'x.*'}}}}}}], {TO_C}}}]",
        {"/ foo=1": "one", "/ foo=1 bar=1": "two", "/": "two", "/ foo=xy bar=1": None},
    ),
    "queries": (
        "[{name: one, match: [{queryParams: {t: {exact: foo}}}], " + TO_A + "}, "
        "{name: two, match: [{queryParams: {t: {prefix: foo-}}}], " + TO_C + "}, "
        "{name: three, match: [{queryParams: {t: {regex: 'b.+'}}}], " + TO_C + "}]",
        {"/?t=foo": "one", "/?t=foo-1": "two", "/?t=bar": "three", "/?t=b": None, "/": None},
    ),
    "the words of the request": (
        "[{name: one, match: [{method: {exact: PUT}, authority: {prefix: a.default}, scheme: {exact: http}}], "
        f"{TO_A}}}, {{name: two, {TO_C}}}]",
        {"/ method=PUT host=a.default.svc": "one", "/ method=PUT": "two", "/ host=a.default": "two"},
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_which_route_takes_a_request(name: str) -> None:
    http, expected = NAMED[name]
    found: dict[str, str | None] = {}
    for call in expected:
        route = asked(at_sidecar(http), f"http://a{call}").route
        found[call] = route.name if route else None
    assert found == expected


TARGETS = {
    "[{destination: {host: a}}]": "outbound|80||a.default",
    "[{destination: {host: b, port: {number: 8080}}}]": "outbound|8080||b.default",
    "[{destination: {host: a}, weight: 0}]": "outbound|80||a.default",
    "[{destination: {host: a}, weight: 1}, {destination: {host: c}, weight: 3}]": (
        "outbound|80||c.default 0.75, outbound|80||a.default 0.25"
    ),
    "[{destination: {host: a}}, {destination: {host: c}, weight: 30}]": "outbound|80||c.default",
    "[{destination: {host: nobody}}]": "BlackHoleCluster",
    "[{destination: {host: a, subset: none}}]": "BlackHoleCluster",
}


@pytest.mark.parametrize("targets", TARGETS)
def test_where_requests_go(targets: str) -> None:
    assert short(asked(at_sidecar(f"[{{route: {targets}}}]"), "http://a/")) == TARGETS[targets]


def test_headers_of_a_route_come_before_those_of_its_only_target() -> None:
    edits = "headers: {{request: {{set: {{x-set: {0}, ':authority': {0}.com}}, add: {{x-add: {0}}}, remove: [x-{0}]}}}}"
    http = f"[{{{edits.format('route')}, route: [{{destination: {{host: a}}, {edits.format('target')}}}]}}]"
    request = asked(at_sidecar(http), "http://a/ x-route=1 x-target=1").request
    assert request is not None
    assert request.authority == "route.com"
    assert request.headers.set == {"x-set": "target", "x-add": "route,target"}
    assert request.headers.removed == ("x-route", "x-target")
