"""Pods with a real Envoy beside their app, and gateways; the control plane is an empty mesh."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from envoy.service.discovery.v3 import discovery_pb2
from tests.e2e.node.conftest import Body, Machine, is_ready, leftovers, status_of

from lateen.model.injection import inject

pytestmark = pytest.mark.root

SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"


def empty_mesh(
    requests: Iterator[discovery_pb2.DeltaDiscoveryRequest], _: object
) -> Iterator[discovery_pb2.DeltaDiscoveryResponse]:
    """Answers every first request of a type with: there is nothing."""
    answered: set[str] = set()
    for request in requests:
        if request.type_url not in answered:
            answered.add(request.type_url)
            yield discovery_pb2.DeltaDiscoveryResponse(type_url=request.type_url, nonce=request.type_url)


@pytest.fixture
def control_plane(machine: Machine) -> Iterator[None]:
    socket = machine.folder / "run" / "xds.sock"
    socket.parent.mkdir(exist_ok=True)
    server = grpc.server(ThreadPoolExecutor(max_workers=20))
    handler = grpc.stream_stream_rpc_method_handler(
        empty_mesh,
        request_deserializer=discovery_pb2.DeltaDiscoveryRequest.FromString,
        response_serializer=discovery_pb2.DeltaDiscoveryResponse.SerializeToString,
    )
    methods = grpc.method_handlers_generic_handler(SERVICE, {"DeltaAggregatedResources": handler})
    server.add_generic_rpc_handlers((methods,))
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    socket.chmod(0o666)
    yield
    server.stop(None).wait()


async def create_injected(machine: Machine, name: str, **annotations: str) -> Body:
    pod: Body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": name}, "annotations": annotations},
        "spec": {
            "nodeName": "one",
            "terminationGracePeriodSeconds": 3,
            "containers": [{"name": "app", "image": "traefik/whoami:v1", "ports": [{"containerPort": 80}]}],
        },
    }
    if annotations:
        pod["spec"]["containers"] = [{"name": "istio-proxy", "image": "auto"}]
    return await machine.client.create(inject(pod, namespace="default"))


@pytest.mark.usefixtures("control_plane")
async def test_the_sidecar_comes_first_and_goes_last(machine: Machine) -> None:
    created = await create_injected(machine, "web")
    body = await machine.until("web", is_ready)
    app, proxy = status_of(body, "app"), status_of(body, "istio-proxy")
    assert (app["ready"], proxy["ready"]) == (True, True)
    assert proxy["state"]["running"]["startedAt"] <= app["state"]["running"]["startedAt"]
    code, text = await machine.get("/proxy/default/web/15000/server_info")
    assert code == 200
    node = json.loads(text)["node"]
    assert node["id"].startswith(f"sidecar~{body['status']['podIP']}~web.default~")
    assert node["metadata"]["APP_CONTAINERS"] == "app"
    ran = await machine.run("web", "istio-proxy", "sh", "-c", "id -u; grep CapEff /proc/self/status")
    assert ran.out.split() == ["1337", "CapEff:", "0000000000000000"]
    # Captured: the mesh is empty, so nothing listens at the port this is redirected to.
    ran = await machine.run("web", "app", "curl", "-sS", "-m", "2", "http://10.255.255.1/")
    assert "Failed to connect" in ran.err
    assert machine.pids(created["metadata"]["uid"])
    await machine.delete("web")
    await machine.until_gone("web", 6)
    assert [found for found in leftovers(machine.mesh) if "-" + created["metadata"]["uid"][:8] in found] == []


@pytest.mark.usefixtures("control_plane")
async def test_a_gateway_may_enter_the_machines_network(machine: Machine) -> None:
    await create_injected(machine, "gateway", **{"inject.istio.io/templates": "gateway"})
    await machine.until("gateway", is_ready)
    _, text = await machine.get("/proxy/default/gateway/15000/server_info")
    node = json.loads(text)["node"]
    assert node["id"].startswith("router~")
    path = node["metadata"]["LATEEN_HOST_NETNS"]
    ran = await machine.run(
        "gateway", "istio-proxy", "sh", "-c", f"id -u; grep CapEff /proc/self/status; stat -L -c %i {path}"
    )
    uid, _, capabilities, inode = ran.out.split()
    assert (uid, capabilities) == ("1337", f"{1 << 21:016x}")
    assert int(inode) == os.stat("/proc/self/ns/net").st_ino
    ran = await machine.run("gateway", "istio-proxy", "nsenter", f"--net={path}", "cat", "/proc/net/dev")
    assert f"lateen-{machine.mesh}"[:15] in ran.out


@pytest.mark.usefixtures("control_plane")
async def test_seven_pods_start_together(machine: Machine) -> None:
    begin = time.monotonic()
    names = [f"pod-{number}" for number in range(7)]
    await asyncio.gather(*(create_injected(machine, name) for name in names))
    await asyncio.gather(*(machine.until(name, is_ready) for name in names))
    print(f"seven pods ready after {time.monotonic() - begin:.2f} s")
