"""Mirroring, from Istio's first API to today's, with real requests counted in the servers' logs."""

import json
import sys
from collections.abc import Iterator
from functools import partial

import pytest
from tests.support.agreement import is_share
from tests.support.real_mesh import RealMesh, real_mesh
from tests.support.until import until

pytestmark = pytest.mark.root

COUNT = 200
MANY = 600
"""Where chance decides."""

WORKLOAD = """
apiVersion: extensions/v1beta1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  template:
    metadata:
      labels: {{app: {app}, version: {version}}}
      annotations: {annotations}
    spec:
      containers:
      - image: {image}
        imagePullPolicy: IfNotPresent
        name: {container}
        ports: {ports}
"""
SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: target, labels: {app: target}}
spec: {ports: [{name: http, port: 80}], selector: {app: target}}
---
apiVersion: v1
kind: Service
metadata: {name: sleep, labels: {app: sleep, version: v1}}
spec: {ports: [{name: ssh, port: 80}], selector: {app: sleep, version: v1}}
"""
RULE = """
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: rule-all-http}
spec:
  destination: {name: target}
  precedence: 1
  route:
  - labels: {app: target, version: v1}
    weight: 100
"""
MIRRORED = (
    RULE
    + """
  - labels: {app: target, version: v2}
    weight: 0
  mirror: {name: target, labels: {app: target, version: v2}}
"""
)
TODAY = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: target}
spec:
  host: target
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: target}
spec:
  hosts: [target]
  http:
  - route: [{destination: {host: target, subset: v1}}]
"""
SERVER = """
import http.server, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("GET", self.path, flush=True)
        time.sleep(SECONDS)
        self.send_response(500)
        self.end_headers()
http.server.ThreadingHTTPServer(("", 80), Handler).serve_forever()
"""


def server(name: str, **annotations: str) -> str:
    version = name.removeprefix("target-")
    return WORKLOAD.format(
        name=name,
        app="target",
        version=version,
        image="nginx:stable-alpine",
        container="nginx",
        ports="[{containerPort: 80}]",
        annotations=json.dumps(annotations),
    )


@pytest.fixture(scope="module")
def mesh() -> Iterator[RealMesh]:
    sleep = WORKLOAD.format(
        name="sleep", app="sleep", version="v1", image="dustise/sleep", container="sleep", ports="[]", annotations="{}"
    )
    with real_mesh() as found:
        for text in (server("target-v1"), server("target-v2"), sleep):
            found.apply(found.run("kube-inject", "-f", "-", stdin=text))
        found.apply(SERVICES)
        found.wait_ready("deploy/target-v1", "deploy/target-v2", "deploy/sleep")
        yield found


def answers(mesh: RealMesh, count: int = COUNT) -> dict[str, int]:
    """How many of the client's requests got which status; a request may take a second at most."""
    command = ("curl", "-s", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}\\n", f"http://target/?x=[1-{count}]")
    lines = mesh.run("exec", "deploy/sleep", "-c", "sleep", "--", *command).split()
    return {status: lines.count(status) for status in set(lines)}


def logged(mesh: RealMesh, version: str) -> int:
    return mesh.run("logs", f"deploy/target-{version}", "-c", "nginx").count("GET /?x=")


def counted(mesh: RealMesh, count: int = COUNT) -> tuple[int, int]:
    """Lines that `count` requests add to v1's and v2's log. A marker sent after them says that all were written."""
    before = [logged(mesh, version) for version in ("v1", "v2")]
    assert answers(mesh, count) == {"200": count}
    settle(mesh)
    first, second = (logged(mesh, version) - old for version, old in zip(("v1", "v2"), before, strict=True))
    return first, second


def settle(mesh: RealMesh) -> None:
    """Return when both servers have written a request that was sent after all others."""
    before = [marks(mesh, version) for version in ("v1", "v2")]
    addresses = [mesh.pod(f"version={version},app=target")["status"]["podIP"] for version in ("v1", "v2")]
    urls = [f"http://{address}/?mark" for address in addresses]
    mesh.run("exec", "deploy/sleep", "-c", "sleep", "--", "curl", "-s", *urls)
    for version, count in zip(("v1", "v2"), before, strict=True):
        until(partial(_is_marked, mesh, version, count), f"the mark in the log of {version}")


def _is_marked(mesh: RealMesh, version: str, before: int) -> bool:
    return marks(mesh, version) > before


def marks(mesh: RealMesh, version: str) -> int:
    return mesh.run("logs", f"deploy/target-{version}", "-c", "nginx").count("GET /?mark")


def test_a_route_rule_sends_everything_to_one_version(mesh: RealMesh) -> None:
    mesh.apply(RULE, "--wait")
    assert counted(mesh) == (COUNT, 0)


def test_a_route_rule_mirrors_every_request(mesh: RealMesh) -> None:
    mesh.apply(MIRRORED, "--wait")
    assert counted(mesh) == (COUNT, COUNT)


@pytest.mark.parametrize(
    ("field", "share"), [("mirror", 100), ("mirrors", 100), ("mirror", 50), ("mirrors", 10), ("mirror", 0)]
)
def test_todays_rules_mirror_a_share(mesh: RealMesh, field: str, share: int) -> None:
    mesh.attempt("delete", "routerule", "rule-all-http")
    mirror = "{host: target, subset: v2}"
    more = f"    mirror: {mirror}\n    mirrorPercentage: {{value: {share}}}\n"
    if field == "mirrors":
        more = f"    mirrors: [{{destination: {mirror}, percentage: {{value: {share}}}}}]\n"
    mesh.apply(TODAY + more, "--wait")
    first, second = counted(mesh, MANY)
    assert first == MANY
    assert is_share(second, MANY, share / 100), f"{second} of {MANY} mirrored"


@pytest.mark.parametrize("seconds", [0, 5])
def test_the_client_never_sees_a_failing_or_slow_mirror(mesh: RealMesh, seconds: int) -> None:
    mesh.attempt("delete", "virtualservice,destinationrule", "target")
    mesh.apply(MIRRORED, "--wait")
    program = f"{sys.executable} -c '{SERVER.replace('SECONDS', str(seconds))}'"
    text = server("target-v2", **{"lateen.dev/image.nginx": program})
    mesh.apply(mesh.run("kube-inject", "-f", "-", stdin=text))
    mesh.wait_ready("deploy/target-v2")
    until(lambda: len(mesh.pods(selector="app=target,version=v2")) == 1, "one pod of v2")
    until(lambda: answers(mesh, 1) == {"200": 1} and logged(mesh, "v2") > 0, "requests mirrored to the new pod")
    before = logged(mesh, "v2")
    assert answers(mesh, 20) == {"200": 20}
    until(lambda: logged(mesh, "v2") >= before + 20, "20 mirrored requests")
