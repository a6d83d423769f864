"""Events about pods: what happened, in kubelet's words; repeated ones are counted."""

import hashlib
import logging
from typing import Protocol

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.problem import ResourceRef
from lateen.client.api import ApiClient, UnreachableError
from lateen.client.error import ApiError
from lateen.lib.clock import Clock, rfc3339
from lateen.lib.tasks import TaskGroup

log = logging.getLogger(__name__)

_COMPONENT = "kubelet"
_QUIET_SECONDS = 5.0
_REMEMBERED = 1000


class Recorder(Protocol):
    """Takes events."""

    def record(self, pod: Pod, kind: str, reason: str, message: str, container: str = "") -> None:
        """Note an event of `kind` Normal or Warning."""
        ...


class EventRecorder:
    """Writes events to the API in the background; without the API they are lost, as kubelet's are."""

    def __init__(self, client: ApiClient, node: str, clock: Clock) -> None:
        self._client = client
        self._node = node
        self._clock = clock
        self._tasks = TaskGroup()
        self._written: dict[str, tuple[int, float]] = {}

    def record(self, pod: Pod, kind: str, reason: str, message: str, container: str = "") -> None:
        """Note an event; the same one again only raises its count, at most every few seconds."""
        digest = hashlib.sha256(f"{pod.metadata.uid} {kind} {reason} {message} {container}".encode()).hexdigest()[:16]
        count, last = self._written.get(digest, (0, -_QUIET_SECONDS))
        if len(self._written) > _REMEMBERED:
            self._written.clear()
        self._written[digest] = (count + 1, last)
        if self._clock.monotonic() - last < _QUIET_SECONDS:
            return
        self._written[digest] = (count + 1, self._clock.monotonic())
        name = f"{pod.metadata.name}.{digest}"
        work = self._again(pod, name, count + 1) if count else self._new(pod, name, kind, reason, message, container)
        self._tasks.start(self._quietly(work), f"event {reason}")

    async def close(self) -> None:
        """Give up what isn't written."""
        await self._tasks.close()

    async def _quietly(self, work) -> None:  # type: ignore[no-untyped-def]  # a coroutine
        try:
            await work
        except (ApiError, UnreachableError) as error:
            log.debug("event not written: %s", error)

    async def _new(self, pod: Pod, name: str, kind: str, reason: str, message: str, container: str) -> None:
        now = rfc3339(self._clock.now())
        meta = pod.metadata
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": meta.namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": meta.namespace,
                "name": meta.name,
                "uid": meta.uid,
                "resourceVersion": meta.resource_version,
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": _COMPONENT, "host": self._node},
            "reportingComponent": _COMPONENT,
            "reportingInstance": self._node,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        if container:
            body["involvedObject"]["fieldPath"] = f"spec.containers{{{container}}}"
        try:
            await self._client.create(body)
        except ApiError as error:
            if not error.is_conflict:
                raise
            await self._again(pod, name, 2)

    async def _again(self, pod: Pod, name: str, count: int) -> None:
        patch = {"count": count, "lastTimestamp": rfc3339(self._clock.now())}
        await self._client.patch(ResourceRef("Event", pod.metadata.namespace, name), patch)


class KeptEvents:
    """A recorder that keeps what it is told, for tests."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, str, str]] = []

    def record(self, pod: Pod, kind: str, reason: str, message: str, container: str = "") -> None:
        """Keep (kind, reason, message, container)."""
        self.events.append((kind, reason, message, container))
