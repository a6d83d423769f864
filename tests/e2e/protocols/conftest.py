"""A mesh with servers of several protocols, beside and outside of it; each test finds it without rules."""

import json
import sys
from collections.abc import Iterator

import pytest
from tests.e2e.protocols import client, server
from tests.support.certificates import certificate, tls_secret
from tests.support.real_mesh import RealMesh, real_mesh
from tests.support.workload import deployment

RULES = "virtualservices,destinationrules,gateways,serviceentries"
SERVICES = """\
apiVersion: v1
kind: Service
metadata: {name: greeter}
spec: {selector: {app: greeter}, ports: [{name: grpc, port: 9000}]}
---
apiVersion: v1
kind: Service
metadata: {name: chat}
spec: {selector: {app: chat}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: banner}
spec:
  selector: {app: banner}
  ports: [{name: tcp-banner, port: 4000}, {name: mysql-like, port: 3306, targetPort: 4000}]
---
apiVersion: v1
kind: Service
metadata: {name: unnamed}
spec: {selector: {app: banner}, ports: [{name: well-known, port: 3306, targetPort: 4000}, {name: any, port: 4000}]}
---
apiVersion: v1
kind: Service
metadata: {name: vault}
spec: {selector: {app: vault}, ports: [{name: tls, port: 8443}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: site}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: nodes}
spec: {clusterIP: None, selector: {app: node}, ports: [{name: http, port: 80}, {name: tcp, port: 4000}]}
---
"""
STATEFUL = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  labels: {{app: node}}
  annotations: {{lateen.dev/image.banner: {banner}}}
spec:
  terminationGracePeriodSeconds: 0
  hostname: {name}
  subdomain: nodes
  containers:
  - {{name: web, image: "traefik/whoami:v1"}}
  - {{name: banner, image: "example.com/banner:1"}}
---
"""
"""A pod as a StatefulSet makes them."""


def program(name: str, kind: str, port: int) -> str:
    """The command line of a server of `server.py` that answers with that name."""
    return f"{sys.executable} {server.FILE} {kind} {port} {name}"


def serving(name: str, kind: str, port: int, namespace: str = "default") -> str:
    """A workload that serves a protocol of `server.py` and answers with its own name."""
    return deployment(name, program(name, kind, port), namespace)


def stateful(name: str) -> str:
    """A pod of the headless service `nodes`."""
    return STATEFUL.format(name=name, banner=json.dumps(program(name, "banner", 4000)))


WORKLOADS = (
    deployment("client-v1", "sleep infinity"),
    deployment("web-v1", f"{sys.executable} -P -m lateen.programs.whoami"),
    *(serving(f"greeter-v{number}", "grpc", 9000) for number in (1, 2, 3)),
    *(serving(f"banner-v{number}", "banner", 4000) for number in (1, 2)),
    *(serving(f"vault-v{number}", "tls", 8443) for number in (1, 2)),
    serving("chat-v1", "websocket", 8080),
    *(serving(f"{name}-db", "banner", 3306, "outside") for name in ("orders", "users")),
    *(stateful(f"node-{number}") for number in (0, 1)),
)


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealMesh]:
    """The mesh with all workloads, ready."""
    with real_mesh() as mesh:
        mesh.run("label", "namespace", "default", "istio-injection=enabled")
        mesh.run("create", "namespace", "outside")
        mesh.apply(SERVICES + "".join(WORKLOADS) + tls_secret("vault", certificate("vault.example.com"), "default"))
        for namespace in ("default", "outside"):
            names = [each["metadata"]["name"] for each in mesh.get("deployments", "-n", namespace)["items"]]
            mesh.run("rollout", "status", *(f"deploy/{name}" for name in names), "-n", namespace, "--timeout", "60")
        mesh.run("wait", "pod", "-l", "app=node", "--for", "condition=Ready", "--timeout", "60s")
        yield mesh


@pytest.fixture
def mesh(servers: RealMesh) -> Iterator[RealMesh]:
    """The mesh without rules."""
    yield servers
    servers.attempt("delete", RULES, "--all")


def answers(mesh: RealMesh, kind: str, target: str, count: int = 1) -> dict[str, int]:
    """Who answered a client in the mesh, and how often."""
    command = (sys.executable, str(client.FILE), kind, target, str(count))
    found: dict[str, int] = json.loads(mesh.run("exec", "deploy/client-v1", "--", *command))
    return found
