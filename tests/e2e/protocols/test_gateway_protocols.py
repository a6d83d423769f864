"""What clients outside of the mesh speak to the ingress gateway."""

from collections import Counter

import pytest
from tests.e2e.protocols import client
from tests.support.agreement import unlikely
from tests.support.real_mesh import RealMesh

pytestmark = pytest.mark.root

EDGE = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: grpc, protocol: GRPC}, hosts: ["*"]}
  - {port: {number: 31400, name: tcp, protocol: TCP}, hosts: ["*"]}
  - {port: {number: 443, name: tls, protocol: TLS}, hosts: [vault.example.com], tls: {mode: PASSTHROUGH}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge}
spec:
  hosts: ["*"]
  gateways: [edge]
  http:
  - route:
    - {destination: {host: greeter, subset: v1}, weight: 1}
    - {destination: {host: greeter, subset: v2}, weight: 3}
  tcp:
  - match: [{port: 31400}]
    route:
    - {destination: {host: banner, port: {number: 4000}, subset: v1}, weight: 1}
    - {destination: {host: banner, port: {number: 4000}, subset: v2}, weight: 3}
  tls:
  - match: [{port: 443, sniHosts: [vault.example.com]}]
    route: [{destination: {host: vault, subset: v2}}]
"""
SUBSETS = """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {host}}}
spec: {{host: {host}, subsets: [{{name: v1, labels: {{version: v1}}}}, {{name: v2, labels: {{version: v2}}}}]}}
"""
COUNT = 300


@pytest.fixture
def edge(mesh: RealMesh) -> RealMesh:
    mesh.apply(EDGE + "".join(SUBSETS.format(host=host) for host in ("greeter", "banner", "vault")), "--wait")
    return mesh


def target(mesh: RealMesh, port: int) -> str:
    """Where this machine reaches a port of the gateway."""
    return f"127.0.0.1:{mesh.gateway_port(port)}"


def test_calls_over_one_connection_follow_weights(edge: RealMesh) -> None:
    found = Counter(client.calls(target(edge, 80), COUNT))
    assert unlikely(found, {"greeter-v1": 0.25, "greeter-v2": 0.75}) == {}


def test_connections_to_servers_that_speak_first_follow_weights(edge: RealMesh) -> None:
    found = Counter(client.banners(target(edge, 31400), COUNT))
    assert unlikely(found, {"banner-v1": 0.25, "banner-v2": 0.75}) == {}


def test_tls_is_passed_through(edge: RealMesh) -> None:
    assert list(client.tls(target(edge, 443), 5, "vault.example.com")) == ["vault-v2"] * 5
