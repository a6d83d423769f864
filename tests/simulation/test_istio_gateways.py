"""Gateways: the situations of Istio's gateway simulation, asked of Lateen.

Where Istio's table notes a bug of Istio's own (two Gateways with one TLS host), the answer here is that the older one
keeps the host.
"""

from collections.abc import Sequence

import pytest
from tests.support.asked import asked, short
from tests.support.resources import service
from tests.support.routing import document, rule

TO_ALL = "http: [{match: [{uri: {prefix: /}}], route: [{destination: {host: %s, port: {number: 80}}}]}]"
HTTP = "{port: {number: %s, name: http-%s, protocol: HTTP}, hosts: [%s]}"
TCP = "{port: {number: 80, name: tcp, protocol: TCP}, hosts: [foo.bar]}"
REDIRECT = "{port: {number: 80, name: http-80, protocol: HTTP}, hosts: [example.com], tls: {httpsRedirect: true}}"
HTTPS = "{port: {number: 443, name: https, protocol: HTTPS}, hosts: [%s], tls: {%smode: SIMPLE, credentialName: cert}}"
PASSED = "{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*.example.com'], tls: {mode: PASSTHROUGH}}"


def gateway(name: str, *servers: str, namespace: str = "default") -> str:
    spec = f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(servers)}]}}"
    return document("Gateway", name, spec, namespace)


def http(port: int, host: str) -> str:
    return HTTP % (port, port, host)


def to(host: str, name: str, *, bound: str = "gw", hosts: str = "example.com") -> str:
    return rule(name, f"{{hosts: ['{hosts}'], gateways: [{bound}], {TO_ALL % host}}}")


A, B = service("a", port=80), service("b", port=80)
EXACT = rule(
    "page",
    "{hosts: ['*'], gateways: [gw], "
    "http: [{match: [{uri: {exact: /page}}], route: [{destination: {host: a, port: {number: 80}}}]}]}",
)
CONNECTIONS = rule(
    "bytes",
    "{hosts: ['*'], gateways: [istio-system/gw], tcp: [{route: [{destination: {host: a, port: {number: 80}}}]}]}",
)
NAMED = "{hosts: [web.example.com], gateways: [gw], tls: [{match: [{port: 443, sniHosts: [web.example.com]}], %s}]}"
MERGED = "{hosts: [%s], gateways: [gw], http: [{match: [%s], route: [{destination: {host: %s, port: {number: 80}}}]}]}"

TABLE = {
    "no rules": (
        gateway("gw", http(80, "foo.bar")),
        {"http://foo.bar/": "404", "http://foo.bar:81/": "no_listener"},
    ),
    "one rule for all hosts": (
        gateway("gw", http(80, "foo.bar")) + EXACT + A,
        {"http://foo.bar/": "404", "http://bad.bar/page": "404", "http://foo.bar/page": "outbound|80||a.default"},
    ),
    "a rule for each host of a wildcard": (
        gateway("gw", http(80, "'*.example.com'"))
        + to("a", "a", hosts="a.example.com")
        + to("b", "b", hosts="b.example.com")
        + A
        + B,
        {
            "http://a.example.com/": "outbound|80||a.default",
            "http://b.example.com/": "outbound|80||b.default",
            "http://c.example.com/": "404",
        },
    ),
    "a redirect to TLS without rules": (
        gateway("gw", REDIRECT),
        {"http://example.com/x": "301 https://example.com/x"},
    ),
    "a redirect to TLS beside rules": (
        gateway("gw", REDIRECT) + to("a", "r") + A,
        {"http://example.com/": "301 https://example.com/"},
    ),
    "a redirect to TLS holds for other Gateways of the host, too": (
        gateway("gw", http(80, "example.com")) + gateway("gw2", REDIRECT) + to("a", "r") + A,
        {"http://example.com/": "301 https://example.com/"},
    ),
    "a redirect to TLS changes nothing over TLS": (
        gateway("gw", HTTPS % ("example.com", "httpsRedirect: true, ")) + to("a", "r") + A,
        {"https://example.com/": "outbound|80||a.default"},
    ),
    "one TCP port, two Gateways, the rule is of the second": (
        gateway("gw", TCP, namespace="istio-system") + gateway("gw", TCP, namespace="alpha") + CONNECTIONS + A,
        {"tcp://foo.bar:80": "no_listener"},
    ),
    "one TCP port, two Gateways, the rule is of the first": (
        gateway("gw", TCP, namespace="istio-system") + gateway("gw", TCP, namespace="zeta") + CONNECTIONS + A,
        {"tcp://foo.bar:80": "outbound|80||a.default"},
    ),
    "one TLS host, two Gateways": (
        gateway("gw", HTTPS % ("foo.bar", "")) + gateway("gw2", HTTPS % ("foo.bar", "")) + to("a", "r", hosts="*") + A,
        {"https://foo.bar/": "outbound|80||a.default"},
    ),
    "one server name, two rules": (
        gateway("gw", PASSED)
        + rule("first", NAMED % "route: [{destination: {host: a, port: {number: 80}}}]")
        + rule("second", NAMED % "route: [{destination: {host: b, port: {number: 80}}}]")
        + A
        + B,
        {"https://web.example.com/": "outbound|80||a.default", "tls://other.example.com:443": "tls_error"},
    ),
    "two protocols on a port, TCP first": (
        gateway("gw", TCP) + gateway("later", http(80, "foo.bar")),
        {"tcp://foo.bar:80": "no_listener"},
    ),
    "two protocols on a port, HTTP first": (
        gateway("gw", http(80, "foo.bar")) + gateway("later", TCP),
        {"http://foo.bar/": "404"},
    ),
    "hosts of several namespaces": (
        gateway("gw", http(80, "ns-1/*.example.com"))
        + gateway("gw2", http(80, "ns-2/*.example.com"))
        + rule(
            "r",
            "{hosts: [one.example.com], gateways: [default/gw], http: [{route: [{destination: {host: a}}]}]}",
            "ns-1",
        )
        + rule(
            "r",
            "{hosts: [two.example.com], gateways: [default/gw2], http: [{route: [{destination: {host: a}}]}]}",
            "ns-2",
        )
        + service("a", "ns-1", port=80)
        + service("a", "ns-2", port=80),
        {
            "http://one.example.com/": "outbound|80||a.ns-1",
            "http://two.example.com/": "outbound|80||a.ns-2",
            "http://three.example.com/": "404",
        },
    ),
    "rules that share some hosts": (
        gateway("gw", http(80, "'*.example.com'"))
        + rule(
            "both",
            MERGED % ("foo.example.com, bar.example.com", "{uri: {prefix: /1}}, {uri: {prefix: /2}}", "a"),
            year=2010,
        )
        + rule("foo", MERGED % ("foo.example.com", "{uri: {prefix: /foo}}", "b"), year=2015)
        + A
        + B,
        {
            "http://foo.example.com/2": "outbound|80||a.default",
            "http://bar.example.com/2": "outbound|80||a.default",
            "http://foo.example.com/foo": "outbound|80||b.default",
            "http://bar.example.com/foo": "404",
        },
    ),
    "what takes every request comes after younger rules": (
        gateway("gw", http(80, "example.com"))
        + rule("all", f"{{hosts: [example.com], gateways: [gw], {TO_ALL % 'a'}}}", year=2010)
        + rule("some", MERGED % ("example.com", "{uri: {prefix: /b}}", "b"), year=2015)
        + A
        + B,
        {"http://example.com/b": "outbound|80||b.default", "http://example.com/": "outbound|80||a.default"},
    ),
    "what matches say of workloads is not asked at gateways, where they are about connections": (
        gateway("gw", PASSED)
        + rule(
            "r",
            "{hosts: [web.example.com], gateways: [gw], tls: [{match: [{sniHosts: [web.example.com], "
            "sourceLabels: {app: x}}], route: [{destination: {host: a, port: {number: 80}}}]}]}",
        )
        + A,
        {"tls://web.example.com:443": "outbound|80||a.default"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_gateway(name: str) -> None:
    documents, calls = TABLE[name]
    found = {call: short(asked(documents, call, "gateway/gw")) for call in calls}
    assert found == calls


POD = """
---
apiVersion: v1
kind: Pod
metadata:
  name: gw
  namespace: istio-system
  labels: {istio: ingressgateway}
  annotations: {inject.istio.io/templates: gateway}
spec: {containers: [{name: istio-proxy, image: auto}]}
status: {podIP: 10.1.1.1, phase: Running}
"""
TWO = gateway("gw", http(80, "80.example.com"), http(81, "81.example.com")) + to("a", "r", hosts="*.example.com") + A


Fronts = Sequence[tuple[str, int, int, int] | tuple[str, int, int, int, str]]


def front(name: str, port: int, target: int, year: int, labels: str = "{}") -> str:
    """A Service before the gateway."""
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: istio-system, creationTimestamp: '{year}-01-01T00:00:00Z', labels: {labels}}}
spec: {{selector: {{istio: ingressgateway}}, ports: [{{name: http, port: {port}, targetPort: {target}}}]}}
"""


def entry(name: str, port: int, target: int, year: int, labels: str = "{}") -> str:
    """A ServiceEntry before the gateway: it names the gateway's address as an endpoint."""
    return f"""
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}, namespace: istio-system, creationTimestamp: '{year}-01-01T00:00:00Z', labels: {labels}}}
spec:
  hosts: [{name}.example.com]
  ports: [{{number: {port}, targetPort: {target}, name: http, protocol: HTTP}}]
  resolution: STATIC
  endpoints: [{{address: 10.1.1.1}}]
"""


NOT_TRANSLATED = "{experimental.istio.io/disable-gateway-port-translation: 'true'}"


@pytest.mark.parametrize(
    ("fronts", "question", "listener", "virtual_host"),
    [
        ([("f", 80, 8080, 2020)], "http://80.example.com:8080/", "0.0.0.0_8080", "80.example.com:80"),
        ([("f", 80, 8080, 2020)], "http://81.example.com:81/", "0.0.0.0_81", "81.example.com:81"),
        ([("z", 80, 8083, 2020), ("a", 80, 8082, 2021)], "http://80.example.com:8083/", "0.0.0.0_8083", None),
        ([("z", 80, 8083, 2020), ("a", 80, 8082, 2021)], "http://80.example.com:8082/", None, None),
        (
            [("a", 80, 8081, 2020, NOT_TRANSLATED), ("b", 80, 8080, 2021)],
            "http://80.example.com:8080/",
            "0.0.0.0_8080",
            "80.example.com:80",
        ),
        (
            [("a", 80, 8080, 2020), ("b", 81, 8080, 2021)],
            "http://81.example.com:8080/",
            "0.0.0.0_8080",
            "81.example.com:81",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["Service", "ServiceEntry"])
def test_ports_of_the_services_before_a_gateway(
    kind: str, fronts: Fronts, question: str, listener: str | None, virtual_host: str | None
) -> None:
    made = "".join(front(*each) if kind == "Service" else entry(*each) for each in fronts)
    answer = asked(TWO + POD + made, question, "gateway/gw")
    assert answer.listener == listener
    if virtual_host is not None:
        assert answer.route is not None
        assert answer.route.virtual_host == virtual_host
