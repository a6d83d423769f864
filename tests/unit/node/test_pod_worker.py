"""What a pod's worker does when its pod can't be made; real pods are in tests/e2e/node."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from tests.unit.node.resources import make_pod
from tests.unit.node.test_pod_status import container, shim

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.node.events import KeptEvents
from lateen.node.images import built_in_images
from lateen.node.network.address_pool import NoFreeAddressError
from lateen.node.network.pod_network import Attachment
from lateen.node.pod_setup import NoNetwork, PodSetup
from lateen.node.pod_worker import Node, PodWorker
from lateen.node.settings import NodeSettings
from lateen.node.shim.main import SPEC, STATE
from lateen.node.sources import FixedSources
from lateen.node.status_writer import StatusWriter


class FullNetwork(NoNetwork):
    """A network without a free address."""

    def attach(self, pod_uid: str) -> Attachment:
        raise NoFreeAddressError("all 4093 pod addresses are in use")


class KeptStatuses:
    """A status writer that keeps the last status, and whether the pod was removed from the API."""

    def __init__(self) -> None:
        self.status: JsonObject = {}
        self.deleted = False

    def write(self, pod: Pod, build: Callable[[Pod], JsonObject]) -> None:
        self.status = build(pod)

    def forget(self, uid: str) -> None:
        pass

    async def delete(self, pod: Pod) -> None:
        self.deleted = True


class Fixture:
    def __init__(self, tmp_path: Path) -> None:
        settings = NodeSettings(mesh="unit-test", node_name="one", pods=tmp_path, xds_socket=tmp_path / "run" / "x")
        setup = PodSetup(settings, FullNetwork(), lambda *_: None, FixedSources(), built_in_images, "")
        self.events, self.statuses = KeptEvents(), KeptStatuses()
        self.node = Node(setup, cast(StatusWriter, self.statuses), self.events, FakeClock())
        self.folder = setup.folder("u-1")

    def reasons(self) -> list[str]:
        return [reason for _, reason, _, _ in self.events.events]

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.01)


@pytest.fixture
def fixture(tmp_path: Path) -> Fixture:
    return Fixture(tmp_path)


async def test_whatever_fails_while_a_pod_is_made_is_an_event_and_the_pod_can_be_deleted(
    fixture: Fixture,
) -> None:
    worker = PodWorker(make_pod(), fixture.node)
    async with TaskGroup() as tasks:
        running = tasks.start(worker.run(), "worker")
        await fixture.until(lambda: fixture.reasons() == ["FailedCreatePodSandBox"])
        assert fixture.statuses.status["phase"] == "Pending"
        worker.terminate(0.0)
        await running
    assert fixture.statuses.deleted


async def test_a_pod_that_did_not_outlive_its_agent_is_not_ready_before_it_runs_again(fixture: Fixture) -> None:
    fixture.folder.make()
    (fixture.folder.path / SPEC).write_text('{"netns": "", "address": "10.0.0.9"}')
    (fixture.folder.path / STATE).write_text(json.dumps(shim(app=container("running"))))
    worker = PodWorker(make_pod(), fixture.node)
    async with TaskGroup() as tasks:
        tasks.start(worker.run(), "worker")
        await fixture.until(lambda: "FailedCreatePodSandBox" in fixture.reasons())
    assert fixture.reasons()[0] == "SandboxChanged"
    (app,) = fixture.statuses.status["containerStatuses"]
    assert not app["ready"]
    assert app["lastState"]["terminated"]["exitCode"] == 137


async def test_a_worker_that_follows_one_that_failed_knows_that_the_pod_is_to_end(fixture: Fixture) -> None:
    worker = PodWorker(make_pod(), fixture.node)
    worker.terminate(0.0)
    async with asyncio.timeout(10):
        await worker.successor().run()
    assert fixture.statuses.deleted
