"""The real kubectl works on the API."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.feature.api_server import READ_TOKEN, api_server, node_agent, run

from lateen.client.access import Access
from lateen.client.kubeconfig import merge_context
from lateen.lib.clock import SystemClock
from lateen.store.memory import MemoryStore

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")

RULE = """\
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews, subset: v2}
      weight: 50
    - destination: {host: reviews, subset: v3}
      weight: 50
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  selector: {app: reviews}
  ports:
  - {name: http, port: 9080, targetPort: 9080}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  nodeName: here
  containers:
  - {name: app, image: "app:1"}
  - {name: side, image: "side:1"}
"""

ELDER_INGRESS = """\
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: elder, annotations: {kubernetes.io/ingress.class: istio}}
spec:
  rules:
  - host: elder.example.com
    http: {paths: [{path: /web.*, backend: {serviceName: reviews, servicePort: 9080}}]}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: today}
spec:
  ingressClassName: istio
  rules:
  - host: today.example.com
    http: {paths: [{path: /web, pathType: Prefix, backend: {service: {name: reviews, port: {number: 9080}}}}]}
"""

Kubectl = Callable[..., Awaitable[str]]


@pytest.fixture
async def access(tmp_path: Path) -> AsyncIterator[Access]:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access:
        merge_context(tmp_path / "kubeconfig", access, make_current=True)
        yield access


@pytest.fixture
def kubectl(access: Access, tmp_path: Path) -> Kubectl:
    async def call(*arguments: str, stdin: str = "", code: int = 0) -> str:
        """What kubectl prints: its output, or its errors where it is expected to fail."""
        environment = {"KUBECONFIG": str(tmp_path / "kubeconfig"), "HOME": str(tmp_path)}
        got, out, err = await run("kubectl", *arguments, stdin=stdin, **environment)
        assert got == code, (arguments, out, err)
        return err if code else out

    return call


async def test_apply_get_change_delete(kubectl: Kubectl) -> None:
    documents = f"{RULE}---\n{SERVICE}"
    assert (await kubectl("apply", "-f", "-", stdin=documents)).count("created") == 2
    assert (await kubectl("apply", "-f", "-", stdin=documents)).count("unchanged") == 2
    changed = documents.replace("50", "90", 1).replace("50", "10", 1).replace("targetPort: 9080", "targetPort: 9081")
    assert (await kubectl("apply", "--dry-run=server", "-f", "-", stdin=changed)).count("(server dry run)") == 2
    assert (await kubectl("apply", "-f", "-", stdin=changed)).count("configured") == 2
    assert (await kubectl("get", "vs")).split()[:4] == ["NAME", "GATEWAYS", "HOSTS", "AGE"]
    assert "weight: 90" in await kubectl("get", "vs", "reviews", "-o", "yaml")
    assert await kubectl("get", "svc", "-o", "jsonpath={.items[0].spec.ports[0].targetPort}") == "9081"
    assert "Selector:" in await kubectl("describe", "svc", "reviews")
    assert "Weight:" in await kubectl("describe", "vs", "reviews")
    assert (await kubectl("delete", "-f", "-", stdin=changed)).count("deleted") == 2
    assert "NotFound" in await kubectl("get", "vs", "reviews", code=1)


async def test_an_ingress_of_any_version_is_applied_and_changed(kubectl: Kubectl) -> None:
    for name, text in (("elder", ELDER_INGRESS), ("today", INGRESS)):
        assert "created" in await kubectl("apply", "-f", "-", stdin=text)
        assert "configured" in await kubectl("apply", "-f", "-", stdin=text.replace("/web", "/shop"))
        path = "jsonpath={.spec.rules[0].http.paths[*]['path', 'backend.service.name']}"
        assert (await kubectl("get", "ingress", name, "-o", path)).split()[1:] == ["reviews"]
        assert (await kubectl("get", "ingress", name, "-o", path)).startswith("/shop")
    assert (await kubectl("get", "ing")).split()[:6] == ["NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"]


async def test_create_sends_protobuf(kubectl: Kubectl) -> None:
    await kubectl("create", "ns", "foo")
    await kubectl("create", "configmap", "cm", "-n", "foo", "--from-literal=a=b")
    await kubectl("create", "secret", "generic", "s", "-n", "foo", "--from-literal=a=b")
    await kubectl("create", "service", "clusterip", "svc", "-n", "foo", "--tcp=80:8080")
    await kubectl("create", "deployment", "d", "-n", "foo", "--image=app", "--replicas=2", "--port=80")
    assert await kubectl("get", "cm", "cm", "-n", "foo", "-o", "jsonpath={.data.a}") == "b"
    assert "AlreadyExists" in await kubectl("create", "ns", "foo", code=1)
    assert {"service/svc", "deployment.apps/d"} <= set((await kubectl("get", "all", "-n", "foo")).split())
    await kubectl("scale", "deploy/d", "-n", "foo", "--replicas=3")
    assert await kubectl("get", "deploy", "d", "-n", "foo", "-o", "jsonpath={.spec.replicas}") == "3"
    await kubectl("delete", "ns", "foo", "--wait=false")
    assert "Terminating" in await kubectl("get", "ns")
    assert "being terminated" in await kubectl("create", "cm", "x", "-n", "foo", code=1)


async def test_label_annotate_patch(kubectl: Kubectl) -> None:
    await kubectl("apply", "-f", "-", stdin=RULE)
    await kubectl("apply", "-f", "-", stdin=SERVICE)
    await kubectl("label", "vs", "reviews", "a=b")
    await kubectl("annotate", "svc", "reviews", "c=d")
    assert "reviews" in await kubectl("get", "vs", "-l", "a in (b)", "-o", "name")
    assert await kubectl("get", "vs", "-l", "a!=b", "-o", "name") == ""
    await kubectl("patch", "svc", "reviews", "-p", '{"spec":{"ports":[{"port":9080,"targetPort":1}]}}')
    assert await kubectl("get", "svc", "reviews", "-o", "jsonpath={.spec.ports[*].name}") == "http"
    operation = '[{"op":"replace","path":"/spec/hosts/0","value":"ratings"}]'
    await kubectl("patch", "vs", "reviews", "--type=json", "-p", operation)
    assert "ratings" in await kubectl("get", "vs", "reviews")
    await kubectl("apply", "--server-side", "-f", "-", stdin=SERVICE)


async def test_watch_prints_each_change(kubectl: Kubectl, tmp_path: Path) -> None:
    await kubectl("create", "cm", "one", "--from-literal=a=b")
    environment = {"KUBECONFIG": str(tmp_path / "kubeconfig"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    watching = await asyncio.create_subprocess_exec(
        "kubectl", "get", "cm", "-w", "--output-watch-events", stdout=asyncio.subprocess.PIPE, env=environment
    )
    try:
        assert [await first_word(watching) for _ in range(2)] == ["EVENT", "ADDED"]
        await kubectl("label", "cm", "one", "a=b")
        await kubectl("delete", "cm", "one")
        assert [await first_word(watching) for _ in range(2)] == ["MODIFIED", "DELETED"]
    finally:
        watching.terminate()
        await watching.wait()


async def first_word(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    return line.decode().split()[0]


async def test_mistakes_are_explained(kubectl: Kubectl) -> None:
    message = await kubectl("apply", "-f", "-", stdin=RULE.replace("hosts", "hsots"), code=1)
    assert 'The VirtualService "reviews" is invalid' in message
    assert 'spec.hsots: unknown field: did you mean "hosts"?' in message
    assert 'namespaces "nope" not found' in await kubectl("apply", "-n", "nope", "-f", "-", stdin=RULE, code=1)
    assert "Unauthorized" in await kubectl("get", "vs", "--token=wrong", code=1)
    assert "may only read" in await kubectl("create", "ns", "x", f"--token={READ_TOKEN}", code=1)
    assert await kubectl("get", "cm", f"--token={READ_TOKEN}") == ""


async def test_it_explains_and_knows_who_one_is(kubectl: Kubectl) -> None:
    assert "containers" in await kubectl("explain", "pod.spec")
    assert "FIELD: match" in await kubectl("explain", "vs.spec.http.match")
    assert "admin" in await kubectl("auth", "whoami")
    assert await kubectl("auth", "can-i", "create", "pods") == "yes\n"


async def test_logs_exec_and_proxy(kubectl: Kubectl, tmp_path: Path) -> None:
    await kubectl("apply", "-f", "-", stdin=POD)
    assert "node agent does not answer" in await kubectl("logs", "p", code=1)
    assert "node agent does not answer" in await kubectl("exec", "p", "--", "ls", code=1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(node_agent(tmp_path))
        assert await kubectl("logs", "p", "-c", "side", "--tail=3") == "log of side tailLines=3\n"
        assert "no previous container" in await kubectl("logs", "p", "--previous", code=1)
        assert "command terminated with exit code 2" in await kubectl("exec", "p", "--", "ls", "a b", code=2)
        assert "container nope is not valid" in await kubectl("exec", "p", "-c", "nope", "--", "ls", code=1)
        raw = await kubectl("get", "--raw", "/api/v1/namespaces/default/pods/p:80/proxy/a%20b?x=1")
        assert raw == "GET /proxy/default/p/80/a%20b?x=1 "


async def test_a_pod_is_deleted_with_grace(kubectl: Kubectl) -> None:
    await kubectl("apply", "-f", "-", stdin=POD)
    await kubectl("delete", "pod", "p", "--wait=false")
    assert await kubectl("get", "pod", "p", "-o", "jsonpath={.metadata.deletionGracePeriodSeconds}") == "30"
    await kubectl("delete", "pod", "p", "--grace-period=0", "--force")
    assert await kubectl("get", "pods", "-o", "name") == ""
