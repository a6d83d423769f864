"""The controllers together on a store in memory; a small stand-in plays the node."""

import asyncio
import ipaddress
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.controllers.deployments import DeploymentController
from lateen.controllers.endpoint_slices import EndpointSliceController
from lateen.controllers.garbage import GarbageController
from lateen.controllers.loop import ControllerRunner
from lateen.controllers.namespaces import NamespaceController
from lateen.controllers.scheduling import SchedulingController
from lateen.controllers.services import ServiceController
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.store.config_store import Stored
from lateen.store.memory import MemoryStore

READY = [{"type": "Ready", "status": "True"}]


async def as_it_is(pod: JsonObject) -> JsonObject:
    return pod


class Mesh:
    """A store with all controllers at work."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock)
        self.runner = ControllerRunner(
            self.store,
            [
                NamespaceController(self.store, self.clock),
                DeploymentController(self.store, self.clock, as_it_is, random.Random(1)),
                SchedulingController(self.store),
                ServiceController(self.store, "10.96.0.0/20", "test", lambda port: True),
                EndpointSliceController(self.store),
                GarbageController(self.store, self.clock),
            ],
            self.clock,
        )

    async def settle(self) -> None:
        """Return when the controllers have nothing left to do."""
        quiet = 0
        while quiet < 10:
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.runner.idle() else 0

    async def all(self, kind: str) -> list[Stored]:
        return [item for item in (await self.store.list([kind])).items if item.ref.namespace != "kube-system"]

    async def pods(self) -> list[Stored]:
        return [pod for pod in await self.all("Pod") if not pod.resource.metadata.deletion_timestamp]

    async def body(self, kind: str, name: str, namespace: str = "default") -> JsonObject:
        stored = await self.store.get(ResourceRef(kind, namespace, name))
        assert stored is not None
        return stored.body

    async def change(self, kind: str, name: str, edit: Callable[[JsonObject], JsonObject]) -> None:
        await self.store.replace(edit(await self.body(kind, name)))
        await self.settle()

    async def make_ready(self) -> None:
        """What the node would do: start pods, and remove those being deleted."""
        for number, pod in enumerate(await self.all("Pod")):
            if pod.resource.metadata.deletion_timestamp:
                await self.store.delete(pod.ref)
                continue
            status = {"phase": "Running", "podIP": f"10.244.0.{number + 2}", "conditions": READY}
            await self.store.replace({**pod.body, "status": status}, status_only=True)
        await self.settle()


@asynccontextmanager
async def running() -> AsyncIterator[Mesh]:
    mesh = Mesh()
    async with TaskGroup() as tasks:
        tasks.start(mesh.runner.run(), "controllers")
        await mesh.store.create(named("v1", "Namespace", "default", namespace=""))
        await mesh.store.create({**named("v1", "Node", "here", namespace=""), "status": {"conditions": READY}})
        await mesh.settle()
        yield mesh


def named(version: str, kind: str, name: str, *, namespace: str = "default") -> JsonObject:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def deployment(name: str, replicas: int = 1, image: str = "one") -> JsonObject:
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "c", "image": image, "ports": [{"name": "web", "containerPort": 9080}]}]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {**named("apps/v1", "Deployment", name), "spec": spec}


def with_spec(spec: JsonObject, body: JsonObject) -> JsonObject:
    return {**body, "spec": spec}


def service(name: str, **spec: Any) -> JsonObject:
    ports = [{"name": "http", "port": 80, "targetPort": "web", "protocol": "TCP"}]
    return {**named("v1", "Service", name), "spec": {"selector": {"app": name}, "ports": ports, **spec}}


async def test_a_deployment_gets_pods_on_a_node_with_names_as_kubectl_shows_them() -> None:
    async with running() as mesh:
        await mesh.store.create(deployment("reviews-v1", replicas=2))
        await mesh.settle()
        pods = await mesh.pods()
        assert len(pods) == 2
        for pod in pods:
            assert pod.ref.name.rpartition("-")[0].rpartition("-")[0] == "reviews-v1"
            assert pod.body["spec"]["nodeName"] == "here"


async def test_status_counts_ready_pods() -> None:
    async with running() as mesh:
        await mesh.store.create(deployment("a", replicas=2))
        await mesh.settle()
        assert (await mesh.body("Deployment", "a"))["status"]["unavailableReplicas"] == 2
        await mesh.make_ready()
        status = (await mesh.body("Deployment", "a"))["status"]
        assert (status["readyReplicas"], status["observedGeneration"]) == (2, 1)
        assert {each["type"]: each["status"] for each in status["conditions"]}["Available"] == "True"


async def test_scaling_down_removes_pods_and_scaling_to_zero_all_of_them() -> None:
    async with running() as mesh:
        await mesh.store.create(deployment("a", replicas=3))
        await mesh.settle()
        for replicas in (1, 0):
            wanted = deployment("a", replicas)["spec"]
            await mesh.change("Deployment", "a", partial(with_spec, wanted))
            assert len(await mesh.pods()) == replicas


async def test_a_rolling_update_keeps_a_ready_pod_until_its_successor_is_ready() -> None:
    async with running() as mesh:
        await mesh.store.create(deployment("a"))
        await mesh.settle()
        await mesh.make_ready()
        old = (await mesh.pods())[0].ref
        await mesh.change("Deployment", "a", partial(with_spec, deployment("a", image="two")["spec"]))
        assert old in [pod.ref for pod in await mesh.pods()]
        assert len(await mesh.pods()) == 2
        await mesh.make_ready()
        await mesh.make_ready()
        pods = await mesh.all("Pod")
        assert [pod.body["spec"]["containers"][0]["image"] for pod in pods] == ["two"]


async def test_deleting_a_deployment_deletes_its_pods_gracefully() -> None:
    async with running() as mesh:
        await mesh.store.create(deployment("a"))
        await mesh.settle()
        await mesh.store.delete(ResourceRef("Deployment", "default", "a"))
        await mesh.settle()
        (pod,) = await mesh.all("Pod")
        assert pod.resource.metadata.deletion_timestamp


async def test_a_service_gets_one_address_and_keeps_it() -> None:
    async with running() as mesh:
        await mesh.store.create(service("a"))
        await mesh.store.create(service("b"))
        await mesh.store.create(service("headless", clusterIP="None"))
        await mesh.settle()
        addresses = [(await mesh.body("Service", name))["spec"]["clusterIP"] for name in ("a", "b", "headless")]
        assert addresses[0].startswith("10.96.")
        assert len(set(addresses)) == 3
        assert addresses[2] == "None"


async def test_a_mesh_that_got_another_address_range_gives_its_services_new_addresses() -> None:
    async with running() as mesh:
        await mesh.store.create(service("a", clusterIP="10.96.32.7", clusterIPs=["10.96.32.7"]))
        await mesh.settle()
        spec = (await mesh.body("Service", "a"))["spec"]
        assert ipaddress.ip_address(spec["clusterIP"]) in ipaddress.ip_network("10.96.0.0/20")
        assert spec["clusterIPs"] == [spec["clusterIP"]]


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
async def test_reachable_services_get_node_ports(kind: str) -> None:
    async with running() as mesh:
        await mesh.store.create(service("a", type=kind))
        await mesh.settle()
        assert 30000 <= (await mesh.body("Service", "a"))["spec"]["ports"][0]["nodePort"] < 32768


async def test_endpoints_are_the_ready_pods_at_their_named_port() -> None:
    async with running() as mesh:
        await mesh.store.create(service("a"))
        await mesh.store.create(deployment("a", replicas=2))
        await mesh.settle()
        assert await mesh.all("EndpointSlice") == []
        await mesh.make_ready()
        (stored,) = await mesh.all("EndpointSlice")
        assert stored.body["ports"] == [{"name": "http", "port": 9080, "protocol": "TCP"}]
        assert [each["conditions"]["ready"] for each in stored.body["endpoints"]] == [True, True]
        leaving = (await mesh.pods())[0]
        meta = {**leaving.body["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
        await mesh.store.replace({**leaving.body, "metadata": meta})
        await mesh.settle()
        (stored,) = await mesh.all("EndpointSlice")
        by_pod = {each["targetRef"]["name"]: each["conditions"] for each in stored.body["endpoints"]}
        assert by_pod[leaving.ref.name] == {"ready": False, "serving": True, "terminating": True}


async def test_deleting_a_service_deletes_its_slices() -> None:
    async with running() as mesh:
        await mesh.store.create(service("a"))
        await mesh.store.create(deployment("a"))
        await mesh.settle()
        await mesh.make_ready()
        await mesh.store.delete(ResourceRef("Service", "default", "a"))
        await mesh.settle()
        assert await mesh.all("EndpointSlice") == []


async def test_a_terminating_namespace_is_emptied_and_removed() -> None:
    async with running() as mesh:
        await mesh.store.create(service("a"))
        await mesh.store.create(deployment("a"))
        await mesh.settle()
        ref = ResourceRef("Namespace", "", "default")
        stored = await mesh.store.get(ref)
        assert stored is not None
        meta = {**stored.body["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
        await mesh.store.replace({**stored.body, "metadata": meta})
        await mesh.settle()
        assert await mesh.store.get(ref) is not None, "a pod is still stopping"
        await mesh.make_ready()
        assert await mesh.store.get(ref) is None
        assert [item.ref.kind for item in (await mesh.store.list()).items] == ["Node"]


async def test_a_terminating_namespace_is_removed_although_something_was_written_into_it_late() -> None:
    async with running() as mesh:
        await mesh.store.create(named("v1", "Namespace", "doomed", namespace=""))
        await mesh.settle()
        late = named("v1", "ConfigMap", "late", namespace="doomed")
        delete = mesh.store.delete

        async def and_write(ref: ResourceRef, *, expected: int | None = None) -> Stored:
            removed = await delete(ref, expected=expected)
            if ref.kind == "ServiceAccount":
                await mesh.store.create(late)
            return removed

        mesh.store.delete = and_write  # type: ignore[method-assign]
        marked = {"name": "doomed", "deletionTimestamp": "2026-01-01T00:00:00Z"}
        await mesh.store.replace({"apiVersion": "v1", "kind": "Namespace", "metadata": marked})
        await mesh.settle()
        await mesh.clock.advance(1)
        await mesh.settle()
        assert [item.ref.name for item in await mesh.all("Namespace")] == ["default"]


async def test_a_cordoned_node_gets_no_pods_until_it_is_uncordoned() -> None:
    async with running() as mesh:
        node = await mesh.body("Node", "here", namespace="")
        await mesh.store.replace({**node, "spec": {"unschedulable": True}})
        await mesh.store.create({**named("v1", "Pod", "p"), "spec": {"containers": [{"name": "c", "image": "one"}]}})
        await mesh.settle()
        assert not (await mesh.body("Pod", "p"))["spec"].get("nodeName")
        await mesh.store.replace({**node, "spec": {}})
        await mesh.settle()
        assert (await mesh.body("Pod", "p"))["spec"]["nodeName"] == "here"


async def test_each_namespace_has_a_service_account() -> None:
    async with running() as mesh:
        assert await mesh.store.get(ResourceRef("ServiceAccount", "default", "default")) is not None
