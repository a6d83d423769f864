"""Istio's first API and Ingresses on a real mesh: what requests see of each field."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.support.certificates import certificate, tls_secret
from tests.support.fetch import fetch
from tests.support.https_load import HttpsClient
from tests.support.real_mesh import RealMesh, real_mesh

pytestmark = pytest.mark.root

RULES = "routerules,destinationpolicies,egressrules,ingresses,ingressclasses,sidecars"
WORKLOAD = """
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {{name: {app}-{version}, namespace: {namespace}}}
spec:
  template:
    metadata: {{labels: {{app: {app}, version: {version}}}}}
    spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: app, image: "{image}"}}]}}
---"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {app}}}
spec: {{selector: {{app: {app}}}, ports: [{{name: http, port: 80}}]}}
---"""
HEAD = "apiVersion: config.istio.io/v1alpha2\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n"
REGISTERED_ONLY = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default}
spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: ['./*']}]}
---
"""
INGRESS = """
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: shop, annotations: {kubernetes.io/ingress.class: istio}}
spec:
  tls: [{hosts: [shop.example.com], secretName: shop}]
  backend: {serviceName: other, servicePort: 80}
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /web.*, backend: {serviceName: web, servicePort: http}}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: mesh}
spec: {controller: istio.io/ingress-controller}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: deeper}
spec:
  ingressClassName: mesh
  rules:
  - host: shop.example.com
    http: {paths: [{path: /web/other, pathType: Prefix, backend: {service: {name: other, port: {number: 80}}}}]}
"""


def workload(app: str, version: str, namespace: str = "default", image: str = "traefik/whoami:v1") -> str:
    return WORKLOAD.format(app=app, version=version, namespace=namespace, image=image)


@pytest.fixture(scope="module")
def servers() -> Iterator[RealMesh]:
    with real_mesh() as mesh:
        mesh.run("label", "namespace", "default", "istio-injection=enabled")
        mesh.run("create", "namespace", "outside")
        own = (workload("web", "v1"), workload("web", "v2"), workload("other", "v1"))
        client = workload("client", "v1", image="dustise/sleep")
        mesh.apply("".join((*own, client, workload("far", "v1", "outside"))))
        mesh.apply("".join(SERVICE.format(app=app) for app in ("web", "other", "client")))
        mesh.wait_ready("deploy/web-v1", "deploy/web-v2", "deploy/other-v1", "deploy/client-v1")
        mesh.run("rollout", "status", "deploy/far-v1", "-n", "outside", "--timeout", "30")
        yield mesh


@pytest.fixture
def mesh(servers: RealMesh) -> Iterator[RealMesh]:
    """The mesh without rules."""
    yield servers
    servers.attempt("delete", RULES, "--all", "--wait")


def legacy(kind: str, name: str, spec: str) -> str:
    return HEAD.format(kind=kind, name=name, spec=spec)


def asked(mesh: RealMesh, *arguments: str) -> str:
    """What the client's curl prints: the status of each answer, and what the server saw."""
    curl = ("curl", "-s", "-m", "5", "-w", "\nstatus %{http_code} %{redirect_url}\n", *arguments)
    return mesh.run("exec", "deploy/client-v1", "-c", "app", "--", *curl)


def statuses(text: str) -> Counter[str]:
    return Counter(re.findall(r"^status (\d+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("spec", "arguments", "expected"),
    [
        ("route: [{labels: {version: v2}}]", (), "Hostname: web-v2-"),
        ("httpReqTimeout: {simpleTimeout: {timeout: 200ms}}", ("/?wait=2s",), "status 504"),
        (
            "httpReqRetries: {simpleRetry: {attempts: 1, perTryTimeout: 100ms}}, "
            "httpReqTimeout: {simpleTimeout: {timeout: 2s}}",
            ("/?wait=1s",),
            "status 504",
        ),
        ("httpFault: {abort: {percent: 100, httpStatus: 418}}", (), "status 418"),
        ("redirect: {uri: /there, authority: b.example.com}", (), "status 301 http://b.example.com/there"),
        (
            "match: {request: {headers: {uri: {prefix: /a}}}}, rewrite: {uri: /x, authority: b.example.com}",
            ("/a/b",),
            "GET /x/b HTTP/1.1\nHost: b.example.com",
        ),
        ("appendHeaders: {x-first: api}", (), "X-First: api"),
        ("match: {request: {headers: {uri: {prefix: /v2}}}}, route: [{labels: {version: v2}}]", ("/v2/a",), "web-v2-"),
        (
            "match: {request: {headers: {cookie: {regex: '^(.*?;)?(user=jason)(;.*)?$'}}}}, "
            "httpFault: {abort: {percent: 100, httpStatus: 418}}",
            ("/", "-H", "Cookie: user=jason;a=b"),
            "status 418",
        ),
        (
            "match: {source: {name: client, labels: {version: v1}}}, "
            "httpFault: {abort: {percent: 100, httpStatus: 418}}",
            (),
            "status 418",
        ),
        ("match: {source: {name: other}}, httpFault: {abort: {percent: 100, httpStatus: 418}}", (), "status 200"),
    ],
)
def test_what_a_route_rule_does(mesh: RealMesh, spec: str, arguments: tuple[str, ...], expected: str) -> None:
    mesh.apply(legacy("RouteRule", "rule", f"{{destination: {{name: web}}, {spec}}}"), "--wait")
    path, *more = arguments or ("/",)
    assert expected in asked(mesh, f"http://web{path}", *more)


def test_a_destination_policy_limits_what_is_under_way(mesh: RealMesh) -> None:
    at_once = ("--parallel", "--parallel-immediate", "--parallel-max", "10", "http://web/?wait=500ms&x=[1-10]")
    assert statuses(asked(mesh, *at_once)) == {"200": 10}
    limits = "maxConnections: 1, httpMaxPendingRequests: 1, httpMaxRequests: 1"
    times = "sleepWindow: 30s, httpDetectionInterval: 30s, httpConsecutiveErrors: 100"
    policy = f"{{destination: {{name: web}}, circuitBreaker: {{simpleCb: {{{limits}, {times}}}}}}}"
    mesh.apply(legacy("DestinationPolicy", "limits", policy), "--wait")
    found = statuses(asked(mesh, *at_once))
    assert found["503"] > 0
    assert found["200"] > 0
    assert found.total() == 10


def test_an_egress_rule_lets_requests_out_of_the_mesh(mesh: RealMesh) -> None:
    (far,) = mesh.pods("outside", "app=far")
    address = far["status"]["podIP"]
    name = f"{address.replace('.', '-')}.outside.pod.cluster.local"
    mesh.apply(REGISTERED_ONLY, "--wait")
    assert statuses(asked(mesh, f"http://{name}/")) == {"502": 1}
    rule = "{destination: {service: '*.outside.pod.cluster.local'}, ports: [{port: 80, protocol: http}]}"
    timeout = (
        "{destination: {service: '*.outside.pod.cluster.local'}, httpReqTimeout: {simpleTimeout: {timeout: 300ms}}}"
    )
    mesh.apply(legacy("EgressRule", "name", rule) + legacy("RouteRule", "timeout", timeout), "--wait")
    assert "Hostname: far-v1-" in asked(mesh, f"http://{name}/")
    assert statuses(asked(mesh, f"http://{name}/?wait=2s")) == {"504": 1}
    assert statuses(asked(mesh, f"http://{address}/")) == {"502": 1}


def test_an_egress_rule_for_addresses_lets_connections_out(mesh: RealMesh) -> None:
    address = mesh.pods("outside", "app=far")[0]["status"]["podIP"]
    mesh.apply(REGISTERED_ONLY, "--wait")
    assert "status 502" in asked(mesh, f"http://{address}/")
    rule = f"{{destination: {{service: {address}/32}}, ports: [{{port: 80, protocol: tcp}}]}}"
    mesh.apply(legacy("EgressRule", "address", rule), "--wait")
    assert "Hostname: far-v1-" in asked(mesh, f"http://{address}/")


def test_ingresses_open_the_gateway(mesh: RealMesh) -> None:
    made = certificate("shop.example.com")
    mesh.apply(tls_secret("shop", made) + "---" + INGRESS, "--wait")
    for path, host, server in (
        ("/web", "shop.example.com", "web"),
        ("/web/a", "shop.example.com", "web"),
        ("/web/other/a", "shop.example.com", "other"),
        ("/any", "another.example.com", "other"),
    ):
        status, body = fetch(mesh.url + path, Host=host)
        assert (status, f"Hostname: {server}-" in body) == (200, True), f"{host}{path}: {status} {body}"
    assert fetch(mesh.url + "/any", Host="shop.example.com")[0] == 404
    status, body, serial = HttpsClient("shop.example.com", mesh.gateway_port(443), made.pem).get("/web/a")
    assert (status, serial) == (200, made.serial)
    assert "Hostname: web-" in body
