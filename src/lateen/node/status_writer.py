"""Writes pods' statuses to the API: the newest one only, again until it is there."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod, PodStatus
from lateen.api.problem import ResourceRef
from lateen.client.api import ApiClient, UnreachableError
from lateen.client.error import ApiError
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup

log = logging.getLogger(__name__)

Build = Callable[[Pod], JsonObject]
"""Makes a status for the pod as it was last written."""

_GATHER_SECONDS = 0.01


class StatusWriter:
    """One writer per pod works at a time; what changes meanwhile is written next."""

    def __init__(self, client: ApiClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._tasks = TaskGroup()
        self._wanted: dict[str, tuple[Pod, Build]] = {}
        self._written: dict[str, JsonObject] = {}
        self._writing: set[str] = set()

    def write(self, pod: Pod, build: Build) -> None:
        """Make `build(pod)` the pod's status soon."""
        uid = pod.metadata.uid
        self._wanted[uid] = (pod, build)
        if uid not in self._writing:
            self._writing.add(uid)
            self._tasks.start(self._work(uid), f"status of {pod.metadata.name}")

    def forget(self, uid: str) -> None:
        """The pod has ended: write nothing more."""
        self._wanted.pop(uid, None)
        self._written.pop(uid, None)

    async def settle(self, patience: float = 2.0) -> None:
        """Return when everything so far is written, after `patience` seconds at the latest."""
        await self._tasks.settle(patience)

    async def close(self) -> None:
        """Give up what isn't written."""
        await self._tasks.close()

    async def _work(self, uid: str) -> None:
        backoff = Backoff(0.1, 5.0)
        try:
            await asyncio.sleep(_GATHER_SECONDS)
            while (wanted := self._wanted.pop(uid, None)) is not None:
                if not await self._write(uid, *wanted):
                    self._wanted.setdefault(uid, wanted)
                    await self._clock.sleep(backoff.next())
        finally:
            self._writing.discard(uid)

    async def _write(self, uid: str, pod: Pod, build: Build) -> bool:
        before = self._written.get(uid)
        if before is not None:
            pod = _with_status(pod, msgspec.convert(before, PodStatus))
        status = build(pod)
        if status == before:
            return True
        removed = {key: None for key in before or msgspec.to_builtins(pod.status) if key not in status}
        ref = ResourceRef("Pod", pod.metadata.namespace, pod.metadata.name)
        try:
            await self._client.patch(ref, {"metadata": {"uid": uid}, "status": status | removed}, "status")
        except ApiError as error:
            if error.is_missing or error.is_conflict:
                return True  # gone, or another pod has its name now
            log.warning("status of %s: %s", ref, error)
            return False
        except UnreachableError:
            return False
        self._written[uid] = status
        return True

    async def delete(self, pod: Pod) -> None:
        """Remove a pod that has ended from the API, trying until that is done or it is gone."""
        ref = ResourceRef("Pod", pod.metadata.namespace, pod.metadata.name)
        backoff = Backoff(0.1, 5.0)
        while True:
            try:
                current = await self._client.get(ref)
                if current is not None and current["metadata"]["uid"] == pod.metadata.uid:
                    await self._client.delete(ref, grace_seconds=0)
            except ApiError as error:
                if error.is_missing or error.is_conflict:
                    return
                log.warning("deletion of %s: %s", ref, error)
            except UnreachableError:
                pass
            else:
                return
            await self._clock.sleep(backoff.next())


def _with_status(pod: Pod, status: PodStatus) -> Pod:
    """The pod as it was last written; conditions that others have set stay the API's."""
    own = {condition.type for condition in status.conditions}
    others = tuple(condition for condition in pod.status.conditions if condition.type not in own)
    status = msgspec.structs.replace(status, conditions=(*others, *status.conditions))
    return msgspec.structs.replace(pod, status=status)
