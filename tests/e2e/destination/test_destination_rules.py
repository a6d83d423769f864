"""What destination rules mean to real proxies."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e.destination import client, server
from tests.support.certificates import Certificate, certificate, secret
from tests.support.fetch import fetch
from tests.support.real_mesh import Body, RealMesh, real_mesh
from tests.support.routing import document, rule
from tests.support.until import until
from tests.support.workload import deployment

pytestmark = pytest.mark.root

AUTHORITY = certificate("authority.example.com")
SERVER = certificate("vault.example.com", issuer=AUTHORITY)
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}, ports: [{{name: {protocol}, port: 80, targetPort: 8080}}]}}
---
"""
SUBSETS = "subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]"
TUNNELLED = """
import socket
with socket.create_connection(("gate", 80), 5) as stream:
    print(stream.makefile().readline().strip())
"""


def workload(name: str, kind: str, tier: str = "gold", *, inject: bool = True) -> str:
    command = "sleep infinity" if kind == "sleep" else f"{sys.executable} {server.FILE} {kind} {name}"
    return deployment(name, command, labels={"tier": tier, "sidecar.istio.io/inject": str(inject).lower()})


WORKLOADS = {
    "client-v1": workload("client-v1", "sleep"),
    "shop-v1": workload("shop-v1", "http"),
    "shop-v2": workload("shop-v2", "http", "silver"),
    "vault-v1": workload("vault-v1", "tls", inject=False),
    "gate-v1": workload("gate-v1", "connect", inject=False),
}
SERVICES = "".join(
    SERVICE.format(name=name, protocol=protocol)
    for name, protocol in (("shop", "http"), ("vault", "http"), ("gate", "tcp"))
)
VAULT = {"tls.crt": SERVER.pem, "tls.key": SERVER.key_pem, "ca.crt": AUTHORITY.pem}


def own(shown: Certificate, checked: Certificate = AUTHORITY) -> str:
    return secret("own", {"tls.crt": shown.pem, "tls.key": shown.key_pem, "ca.crt": checked.pem}, namespace="default")


@pytest.fixture(scope="module")
def mesh() -> Iterator[RealMesh]:
    with real_mesh() as found:
        found.run("label", "namespace", "default", "istio-injection=enabled")
        found.apply(secret("vault", VAULT, namespace="default") + "---\n" + SERVICES + "".join(WORKLOADS.values()))
        found.wait_ready(*(f"deploy/{name}" for name in WORKLOADS))
        yield found


def in_client(*command: str) -> list[str]:
    return ["exec", "deploy/client-v1", "-c", "app", "--", sys.executable, *command]


def ask(mesh: RealMesh, host: str, count: int, header: str = "") -> list[Body]:
    arguments = [str(client.FILE), f"http://{host}/", str(count), *([header] if header else [])]
    return [json.loads(line) for line in mesh.run(*in_client(*arguments)).splitlines()]


@contextmanager
def asking(mesh: RealMesh, host: str) -> Iterator[Iterator[Body]]:
    """Answers to steady requests, as they come."""
    command = [sys.executable, "-m", "lateen", *in_client(str(client.FILE), f"http://{host}/", "0")]
    environment = os.environ | {"LATEEN_MESH": mesh.name}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield map(json.loads, process.stdout)
        finally:
            process.terminate()


def names(answers: list[Body]) -> Counter[str]:
    return Counter(str(each.get("name", each["status"])) for each in answers)


def test_each_user_keeps_to_one_version(mesh: RealMesh) -> None:
    hashed = "trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}"
    route = "[{destination: {host: shop, subset: v1}, weight: 70}, {destination: {host: shop, subset: v2}, weight: 30}]"
    split = rule("shop", f"{{hosts: [shop], http: [{{route: {route}}}]}}")
    mesh.apply(document("DestinationRule", "shop", f"{{host: shop, {hashed}, {SUBSETS}}}") + split, "--wait")
    rounds = [[each["name"] for each in ask(mesh, "shop", 100, "x-user: user-{}")] for _ in range(3)]
    mesh.run("delete", "virtualservice,destinationrule", "shop")
    assert rounds[0] == rounds[1] == rounds[2]
    assert 15 <= rounds[0].count("shop-v2") <= 45


def test_endpoints_alike_come_first_until_they_fail(mesh: RealMesh) -> None:
    outliers = (
        "outlierDetection: {consecutive5xxErrors: 1, interval: 200ms, baseEjectionTime: 60s, maxEjectionPercent: 100}"
    )
    prefer = "loadBalancer: {localityLbSetting: {failoverPriority: [tier]}}"
    policy = document("DestinationRule", "shop", f"{{host: shop, trafficPolicy: {{{outliers}, {prefer}}}}}")
    mesh.apply(policy, "--wait")
    assert names(ask(mesh, "shop", 20)) == {"shop-v1": 20}
    mesh.run("exec", "deploy/shop-v1", "-c", "app", "--", "touch", "/tmp/fail")
    until(lambda: names(ask(mesh, "shop", 1)) == {"shop-v2": 1}, "the other tier")
    assert names(ask(mesh, "shop", 20)) == {"shop-v2": 20}
    mesh.run("exec", "deploy/shop-v1", "-c", "app", "--", "rm", "/tmp/fail")
    mesh.run("delete", "destinationrule", "shop")
    until(lambda: names(ask(mesh, "shop", 20)).keys() == {"shop-v1", "shop-v2"}, "both again")


def test_a_rotated_certificate_is_shown_to_the_server_without_a_failed_request(mesh: RealMesh) -> None:
    shown = [certificate("client.example.com", issuer=AUTHORITY) for _ in range(3)]
    tls = "{mode: MUTUAL, credentialName: own, sni: vault.example.com, subjectAltNames: [vault.example.com]}"
    chosen = "workloadSelector: {matchLabels: {app: client}}"
    policy = document("DestinationRule", "vault", f"{{host: vault, {chosen}, trafficPolicy: {{tls: {tls}}}}}")
    mesh.apply(policy, "--wait")
    assert names(ask(mesh, "vault", 1)) == {"503": 1}
    mesh.apply(own(shown[0]))
    until(lambda: names(ask(mesh, "vault", 1)) == {"vault-v1": 1}, "an answer over TLS")
    seen: list[Body] = []
    with asking(mesh, "vault") as answers:
        for each in shown:
            mesh.apply(own(each))
            while seen[-1:] == [] or seen[-1].get("serial") != each.serial:
                seen.append(next(answers))
                assert len(seen) < 1000, f"not shown: {seen[-1]}"
    assert names(seen).keys() == {"vault-v1"}
    stranger = certificate("stranger.example.com")
    mesh.apply(own(shown[0], checked=stranger))
    until(lambda: names(ask(mesh, "vault", 1)) == {"503": 1}, "no trust in the server")
    mesh.run("delete", "destinationrule", "vault")


def test_a_gateway_shows_a_certificate_of_its_own_namespace_where_sidecars_send_plain_text(mesh: RealMesh) -> None:
    shown = certificate("gateway.example.com", issuer=AUTHORITY)
    tls = "{mode: MUTUAL, credentialName: edge, sni: vault.example.com}"
    server_ = "{port: {number: 80, name: http, protocol: HTTP}, hosts: [vault.example.com]}"
    mesh.apply(
        secret("edge", {"tls.crt": shown.pem, "tls.key": shown.key_pem})
        + secret("edge-cacert", {"ca.crt": AUTHORITY.pem})
        + document("DestinationRule", "vault", f"{{host: vault, trafficPolicy: {{tls: {tls}}}}}")
        + document("Gateway", "vault", f"{{selector: {{istio: ingressgateway}}, servers: [{server_}]}}")
        + rule(
            "vault",
            "{hosts: [vault.example.com], gateways: [vault], http: [{route: [{destination: {host: vault}}]}]}",
        ),
        "--wait",
    )
    until(lambda: fetch(mesh.url, Host="vault.example.com")[0] == 200, "an answer")
    assert json.loads(fetch(mesh.url, Host="vault.example.com")[1])["serial"] == shown.serial
    assert names(ask(mesh, "vault", 1)).keys() <= {"503", "0"}
    mesh.run("delete", "virtualservice,gateway,destinationrule", "vault")


def test_connections_travel_in_a_tunnel(mesh: RealMesh) -> None:
    tunnel = "tunnel: {protocol: CONNECT, targetHost: db.example.com, targetPort: 3306}"
    mesh.apply(document("DestinationRule", "gate", f"{{host: gate, trafficPolicy: {{{tunnel}}}}}"), "--wait")
    assert mesh.run(*in_client("-c", TUNNELLED)).strip() == "CONNECT db.example.com:3306"


def test_envoy_takes_the_interval_of_a_retry_budget_and_reported_load(mesh: RealMesh) -> None:
    balancer = "loadBalancer: {backendUtilization: {weightUpdatePeriod: 2s}}"
    budget = "retryBudget: {percent: 30, budgetInterval: 7s}"
    mesh.apply(
        document("DestinationRule", "shop", f"{{host: shop, trafficPolicy: {{{balancer}, {budget}}}}}"), "--wait"
    )
    pod = mesh.pod("app=client")["metadata"]["name"]
    dump = mesh.run("proxy-config", "all", pod, "-o", "json")
    assert '"budget_interval": "7s"' in dump
    assert "client_side_weighted_round_robin" in dump
    assert names(ask(mesh, "shop", 20)).keys() == {"shop-v1", "shop-v2"}
