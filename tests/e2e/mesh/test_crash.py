"""What survives when every process of the mesh is killed at once."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from tests.support.leftovers import pids_of
from tests.support.real_mesh import Body, RealMesh, bookinfo_up, real_mesh
from tests.support.until import until

from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.kubeconfig import read_access
from lateen.client.sync import SyncClient

pytestmark = pytest.mark.root

OWN = ("supervisor", "controlplane", "node", "dns")
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def mesh() -> Iterator[RealMesh]:
    with real_mesh() as mesh:
        bookinfo_up(mesh)
        mesh.apply_file("bookinfo-gateway.yaml", "--wait")
        yield mesh
        kill_own(mesh)  # what is left after a crash, `down --purge` must find too


def kill_own(mesh: RealMesh) -> None:
    for process in OWN:
        mesh.kill(process)


@contextmanager
def stream_of_writes(mesh: RealMesh) -> Iterator[dict[str, str]]:
    """Writes as fast as the API takes them, during the block or until it is gone; those that were acknowledged."""
    acknowledged: dict[str, str] = {}
    stop = threading.Event()

    def write() -> None:
        with suppress(AccessError, ApiError), SyncClient(read_access(mesh.paths.kubeconfig)) as client:
            while not stop.is_set():
                number = len(acknowledged)
                name = f"write{number}"
                client.create(CONFIG_MAPS, config_map(name, number))
                client.replace(f"{CONFIG_MAPS}/{name}", config_map(name, -number))
                acknowledged[name] = str(-number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        writer.join()


def config_map(name: str, number: int) -> Body:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"number": str(number)}}


def stored(mesh: RealMesh) -> dict[str, str]:
    return {item["metadata"]["name"]: item["data"].get("number", "") for item in mesh.api(CONFIG_MAPS)["items"]}


def containers(mesh: RealMesh) -> dict[str, list[Body]]:
    return {pod["metadata"]["name"]: pod["status"]["containerStatuses"] for pod in mesh.pods()}


def test_what_was_acknowledged_is_there_and_the_pods_go_on(mesh: RealMesh) -> None:
    before = containers(mesh)
    with stream_of_writes(mesh) as acknowledged:
        until(lambda: len(acknowledged) > 20, "a stream of writes")
        mesh.apply_file("destination-rule-reviews.yaml")
        mesh.apply_file("virtual-service-reviews-v2-v3.yaml", "--wait")
        kill_own(mesh)
    assert mesh.attempt("get", "pods").code == 1
    mesh.up()
    assert stored(mesh).items() >= acknowledged.items()
    assert len(mesh.run("get", "vs,dr,gw", "-o", "name").splitlines()) == 4
    assert mesh.status() == 200
    assert containers(mesh) == before


def test_the_mesh_comes_back_when_its_pods_died_too(mesh: RealMesh) -> None:
    names = containers(mesh).keys()
    for pid in sorted(pids_of(mesh.name)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not pids_of(mesh.name), "every process is gone")
    mesh.up()
    assert containers(mesh).keys() == names
    until(lambda: mesh.status() == 200, "the page")
    mesh.run("exec", "deploy/productpage-v1", "--", "curl", "-sf", "http://reviews:9080/reviews/1")
