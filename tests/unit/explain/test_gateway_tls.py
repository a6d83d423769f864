"""Gateways that end TLS, pass it through, or send their clients to it."""

import pytest
from tests.support.explaining import MESH, ask, scenario, steps, virtual_service

from lateen.explain.result import ClientTls, Topic, Verdict

GATEWAY = """
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com]
    tls: {httpsRedirect: true}
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [shop.example.com]
    tls: {mode: SIMPLE, credentialName: cert}
  - port: {number: 443, name: tls, protocol: TLS}
    hosts: [db.example.com]
    tls: {mode: PASSTHROUGH}
"""
SHOP = virtual_service(
    "  - route: [{destination: {host: reviews}}]\n", name="shop", hosts="[shop.example.com]", more="gateways: [shop]"
)
DATABASE = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: db}
spec:
  hosts: [db.example.com]
  gateways: [shop]
  tls:
  - match: [{port: 443, sniHosts: [db.example.com]}]
    route: [{destination: {host: mysql, port: {number: 3306}}}]
"""
SECRET = """
---
apiVersion: v1
kind: Secret
metadata: {name: other, namespace: istio-system}
type: kubernetes.io/tls
stringData: {tls.crt: crt, tls.key: key}
"""
TEXT = MESH + GATEWAY + SHOP + DATABASE


def test_clients_are_sent_to_tls() -> None:
    found = ask(scenario(TEXT, gateway=True), "http://shop.example.com/a?b", "gateway/shop")
    assert (found.verdict, found.status, found.location) == (
        Verdict.REDIRECT,
        301,
        "https://shop.example.com/a?b",
    )
    assert "httpsRedirect" in steps(found, Topic.ROUTE)[0]


def test_tls_is_passed_through_by_its_server_name() -> None:
    mesh = scenario(TEXT, gateway=True)
    found = ask(mesh, "tls://db.example.com", "gateway/shop")
    assert (found.verdict, found.tls.client) == (Verdict.FORWARD, ClientTls.PASSED_THROUGH)
    assert [(each.service, each.port) for each in found.clusters] == [("mysql.default.svc.cluster.local", 3306)]


def test_a_server_name_that_no_server_has_is_told_with_those_that_are_served() -> None:
    found = ask(scenario(TEXT, gateway=True), "tls://other.example.com", "gateway/shop")
    assert found.verdict is Verdict.TLS_ERROR
    (told,) = steps(found, Topic.CHAIN)
    assert told.startswith("the client sends the server name other.example.com, and what is served here is db.example")
    assert "shop.example.com" in told


def test_tls_ends_at_the_gateway() -> None:
    found = ask(scenario(TEXT, gateway=True), "https://shop.example.com/", "gateway/shop")
    assert (found.verdict, found.tls.client) == (Verdict.FORWARD, ClientTls.TERMINATED)
    topics = [each.topic for each in found.steps]
    assert topics.index(Topic.TLS) < topics.index(Topic.HOST)
    assert any("no file holds a Secret" in text for text in steps(found, Topic.NOTE))


def test_plain_requests_at_a_tls_port_fail() -> None:
    found = ask(scenario(TEXT, gateway=True), "http://shop.example.com:443/", "gateway/shop")
    assert found.verdict is Verdict.TLS_ERROR
    assert "only TLS is understood here" in steps(found, Topic.CHAIN)[0]
    assert found.clusters == ()


def test_secrets_that_are_described_are_all_that_there_are() -> None:
    found = ask(scenario(TEXT + SECRET, gateway=True), "https://shop.example.com/", "gateway/shop")
    assert found.verdict is Verdict.TLS_ERROR
    assert any('credentialName not found: "cert"' in each.text for each in found.steps)


CONNECTIONS = """
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 31400, name: tcp, protocol: TCP}
    hosts: ['*']
  - port: {number: 15443, name: tls, protocol: TLS}
    hosts: [db.example.com]
    tls: {mode: SIMPLE, credentialName: cert}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bytes}
spec:
  hosts: ['*']
  gateways: [edge]
  tcp:
  - match: [{port: 1}]
    route: [{destination: {host: ratings}}]
  - route: [{destination: {host: mysql, port: {number: 3306}}}]
"""


@pytest.mark.parametrize("url", ["tcp://edge:31400", "tls://db.example.com:15443"])
def test_connections_name_the_rule_that_sends_them(url: str) -> None:
    text = MESH + CONNECTIONS
    found = ask(scenario(text, gateway=True), url, "gateway/edge")
    assert [each.service for each in found.clusters] == ["mysql.default.svc.cluster.local"]
    assert found.route is not None
    assert (found.route.virtual_service, found.route.part, found.route.rule) == ("default/bytes", "tcp", 1)
    assert (
        found.route.line
        == text.split("\n").index("  - route: [{destination: {host: mysql, port: {number: 3306}}}]") + 1
    )
    assert "by VirtualService default/bytes, tcp rule 1" in steps(found, Topic.CHAIN)[0]
