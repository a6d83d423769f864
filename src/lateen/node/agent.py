"""The node agent: runs the pods that the API assigns to this machine, as kubelet does.

Pods are not its children. When it starts, it takes over those that run, and ends those the API doesn't know.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.schema import decode
from lateen.client.api import ApiClient, UnreachableError
from lateen.client.error import ApiError
from lateen.client.reflector import ChangeType, Reflector
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup
from lateen.node import images, node_object
from lateen.node.api_sources import ApiSources
from lateen.node.cleanup import remove_unknown
from lateen.node.events import EventRecorder
from lateen.node.image import Image
from lateen.node.network.capture import Capture, install_capture
from lateen.node.orphan import end_orphan
from lateen.node.pod_folder import pod_folders
from lateen.node.pod_setup import Network, PodSetup
from lateen.node.pod_worker import Node, PodWorker
from lateen.node.settings import NodeSettings
from lateen.node.status_writer import StatusWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AgentParts:
    """What an agent works with; `capture` redirects a pod's traffic to its sidecar."""

    client: ApiClient
    network: Network
    clock: Clock
    capture: Callable[[Path, Capture], None] = install_capture


class NodeAgent:
    """Runs this node's pods until cancelled, which leaves them running."""

    def __init__(self, settings: NodeSettings, parts: AgentParts) -> None:
        self._settings = settings
        self._parts = parts
        self._sources = ApiSources(parts.client, parts.clock, self._source_changed)
        self._events = EventRecorder(parts.client, settings.node_name, parts.clock)
        self._statuses = StatusWriter(parts.client, parts.clock)
        setup = PodSetup(
            settings, parts.network, parts.capture, self._sources, self._images, images.hint(settings.image_files)
        )
        self._node = Node(setup, self._statuses, self._events, parts.clock)
        self._workers: dict[str, PodWorker] = {}
        self._has_looked = asyncio.Event()
        self.has_reported = False
        """Whether the API knows what became of the pods it knew, and that this node is ready."""
        self._tasks = TaskGroup()

    def _images(self) -> tuple[Image, ...]:
        return images.image_table(self._settings.image_files)

    def worker(self, namespace: str, name: str) -> PodWorker | None:
        """Who runs a pod."""
        mine = (
            w for w in self._workers.values() if (w.pod.metadata.namespace, w.pod.metadata.name) == (namespace, name)
        )
        return next(mine, None)

    async def run(self) -> None:
        """Work until cancelled. Raises ApiError when the API refuses what the agent can't do without."""
        self._settings.pods.mkdir(parents=True, exist_ok=True)
        self._settings.pods.chmod(0o700)
        try:
            await asyncio.to_thread(self._parts.network.remove_unfinished)
            async with asyncio.TaskGroup() as parts:
                for part in (self._sources.run(), self._be_known(), self._follow_pods()):
                    parts.create_task(part)
        finally:
            await self._tasks.close()
            await self._statuses.close()
            await self._events.close()

    async def _be_known(self) -> None:
        """Say that the node is ready, for the first time when the API knows what became of the pods it knew."""
        await self._has_looked.wait()
        await self._statuses.settle()
        backoff = Backoff(0.1, 5.0)
        known = False
        while True:
            try:
                if known:
                    await node_object.heartbeat(self._parts.client, self._settings, self._parts.clock, ready=True)
                else:
                    await node_object.register(self._parts.client, self._settings, self._parts.clock)
            except (ApiError, UnreachableError) as error:
                log.info("node %s: %s", self._settings.node_name, error)
                known = False
                await self._parts.clock.sleep(backoff.next())
            else:
                known = self.has_reported = True
                backoff.reset()
                await self._parts.clock.sleep(node_object.HEARTBEAT_SECONDS)

    async def _follow_pods(self) -> None:
        await self._sources.ready.wait()
        selector = f"spec.nodeName={self._settings.node_name}"
        reflector = Reflector(self._parts.client, "Pod", self._parts.clock, field_selector=selector)
        tidied = False
        async for change in reflector.changes():
            if change.type is not ChangeType.SYNCED:
                self._pod_changed(change.type, change.body)
            elif not tidied:
                tidied = True
                await self._tidy({body["metadata"]["uid"] for body in reflector.items.values()})
                self._has_looked.set()

    def _pod_changed(self, change: ChangeType, body: JsonObject) -> None:
        uid = body["metadata"]["uid"]
        if change is ChangeType.DELETED:
            if (worker := self._workers.get(uid)) is not None:
                worker.terminate(0.0)
            return
        pod, problems = decode(body)
        if not isinstance(pod, Pod):
            log.error("pod %s can't be read: %s", body["metadata"]["name"], "; ".join(map(str, problems)))
            return
        worker = self._workers.get(uid)
        if worker is None:
            worker = self._workers[uid] = PodWorker(pod, self._node)
            self._tasks.start(self._run_worker(uid, worker), f"pod {pod.metadata.namespace}/{pod.metadata.name}")
        worker.update(pod)

    async def _run_worker(self, uid: str, worker: PodWorker) -> None:
        """Run the pod until nothing of it is left; a worker that fails is followed by another one."""
        backoff = Backoff(0.5, 30.0)
        while True:
            try:
                await worker.run()
            except Exception:
                log.exception("pod %s/%s: trying again", worker.pod.metadata.namespace, worker.pod.metadata.name)
                await self._parts.clock.sleep(backoff.next())
                worker = self._workers[uid] = worker.successor()
            else:
                del self._workers[uid]
                return

    async def _tidy(self, known: set[str]) -> None:
        """End what runs here without the API knowing."""
        for folder in pod_folders(self._settings.pods):
            if folder.uid not in known:
                log.info("pod %s is unknown to the API; ending it", folder.uid)
                self._tasks.start(end_orphan(folder, self._node.setup), f"orphan {folder.uid}")
        keep = known | {folder.uid for folder in pod_folders(self._settings.pods)}
        await asyncio.to_thread(remove_unknown, self._settings, self._parts.network, keep)

    def _source_changed(self, kind: str, namespace: str, name: str) -> None:
        for worker in self._workers.values():
            if worker.pod.metadata.namespace == namespace:
                worker.source_changed(kind, name)
