"""What clients and servers with sidecars on both sides speak to each other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e.protocols import client
from tests.e2e.protocols.conftest import answers
from tests.support.agreement import unlikely
from tests.support.real_mesh import RealMesh

pytestmark = pytest.mark.root

COUNT = 600
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {host}}}
spec:
  host: {host}
  subsets:
  - {{name: v1, labels: {{version: v1}}}}
  - {{name: v2, labels: {{version: v2}}}}
  - {{name: v3, labels: {{version: v3}}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {host}}}
spec:
  hosts: [{host}]
"""
GREETER = (
    SUBSETS.format(host="greeter")
    + """\
  http:
  - route:
    - {destination: {host: greeter, subset: v1}, weight: 30}
    - {destination: {host: greeter, subset: v2}, weight: 60}
    - {destination: {host: greeter, subset: v3}, weight: 10}
"""
)
BANNER = (
    SUBSETS.format(host="banner")
    + """\
  tcp:
  - match: [{port: 4000}]
    route:
    - {destination: {host: banner, subset: v1, port: {number: 4000}}, weight: 20}
    - {destination: {host: banner, subset: v2, port: {number: 4000}}, weight: 80}
"""
)
VAULT = (
    SUBSETS.format(host="vault")
    + """\
  tls:
  - match: [{port: 8443, sniHosts: [vault]}]
    route: [{destination: {host: vault, subset: v2}}]
"""
)
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: istio, namespace: istio-system}}
data: {{mesh: {text}}}
"""
FAULT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http:
  - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
    route: [{destination: {host: web}}]
"""
CHAT_GATEWAY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: chat}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: chat}
spec:
  hosts: ["*"]
  gateways: [chat]
  http: [{route: [{destination: {host: chat}}]}]
"""


@contextmanager
def settings(mesh: RealMesh, text: str) -> Iterator[None]:
    """The mesh's settings for a block."""
    before = mesh.get("configmap", "istio", "-n", "istio-system")["data"]["mesh"]
    mesh.apply(SETTINGS.format(text=json.dumps(text)), "--wait")
    try:
        yield
    finally:
        mesh.apply(SETTINGS.format(text=json.dumps(before)), "--wait")


def test_calls_over_one_connection_are_balanced_one_by_one(mesh: RealMesh) -> None:
    found = answers(mesh, "grpc", "greeter:9000", 60)
    assert set(found) == {"greeter-v1", "greeter-v2", "greeter-v3"}
    assert min(found.values()) >= 6


def test_calls_over_one_connection_follow_weights(mesh: RealMesh) -> None:
    mesh.apply(GREETER, "--wait")
    found = answers(mesh, "grpc", "greeter:9000", COUNT)
    assert unlikely(found, {"greeter-v1": 0.3, "greeter-v2": 0.6, "greeter-v3": 0.1}) == {}


def test_websockets(mesh: RealMesh) -> None:
    assert answers(mesh, "websocket", "ws://chat/", 5) == {"chat-v1": 5}
    mesh.apply(CHAT_GATEWAY, "--wait")
    assert list(client.websocket(mesh.url.replace("http", "ws"), 5)) == ["chat-v1"] * 5


@pytest.mark.parametrize("target", ["banner:4000", "banner:3306", "unnamed:3306"])
def test_servers_that_speak_first(mesh: RealMesh, target: str) -> None:
    found = answers(mesh, "banner", target, 20)
    assert set(found) == {"banner-v1", "banner-v2"}


def test_a_server_that_speaks_first_unannounced_is_heard_when_the_wait_for_the_client_ends(mesh: RealMesh) -> None:
    with settings(mesh, "protocolDetectionTimeout: 0.1s"):
        found = answers(mesh, "banner", "unnamed:4000", 5)
    assert found.keys() <= {"banner-v1", "banner-v2"}


def test_connections_follow_weights(mesh: RealMesh) -> None:
    mesh.apply(BANNER, "--wait")
    found = answers(mesh, "banner", "banner:4000", COUNT)
    assert unlikely(found, {"banner-v1": 0.2, "banner-v2": 0.8}) == {}


def test_tls_is_passed_through(mesh: RealMesh) -> None:
    assert set(answers(mesh, "tls", "vault:8443", 20)) == {"vault-v1", "vault-v2"}
    mesh.apply(VAULT, "--wait")
    assert answers(mesh, "tls", "vault:8443", 10) == {"vault-v2": 10}


@pytest.mark.parametrize(("option", "version"), [("--http1.1", "1.1"), ("--http2-prior-knowledge", "2")])
def test_versions_of_http(mesh: RealMesh, option: str, version: str) -> None:
    command = ("curl", "-s", "-m", "5", option, "-o", "/dev/null", "-w", "%{http_version} %{http_code}")
    assert mesh.run("exec", "deploy/client-v1", "--", *command, "http://web/") == f"{version} 200"


def curl(mesh: RealMesh, url: str) -> str:
    return mesh.run("exec", "deploy/client-v1", "--", "curl", "-s", "-m", "5", url)


@pytest.mark.parametrize("host", ["node-0.nodes", "node-1.nodes.default.svc.cluster.local"])
def test_pods_of_headless_services_have_names_of_their_own(mesh: RealMesh, host: str) -> None:
    name = host.partition(".")[0]
    assert all(f"Hostname: {name}\n" in curl(mesh, f"http://{host}/") for _ in range(3))
    assert answers(mesh, "banner", f"{host}:4000", 5) == {name: 5}


def test_clients_of_a_headless_service_reach_all_of_its_pods(mesh: RealMesh) -> None:
    assert set(answers(mesh, "banner", "nodes:4000", 20)) == {"node-0", "node-1"}
    assert "Hostname: node-" in curl(mesh, "http://nodes/")


def test_an_alias_is_the_service_that_it_names(mesh: RealMesh) -> None:
    assert "Host: site" in curl(mesh, "http://site/")
    mesh.apply(FAULT, "--wait")
    assert curl(mesh, "http://site/") == curl(mesh, "http://web/") == "fault filter abort"
