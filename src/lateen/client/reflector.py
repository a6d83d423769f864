"""A copy of one kind's resources that follows the API through restarts of the server."""

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from enum import StrEnum

from lateen.api.meta import JsonObject
from lateen.client.api import ApiClient, UnreachableError, UntrustedError, WatchEvent
from lateen.client.error import ApiError
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0

Name = tuple[str, str]
"""Namespace ("" for cluster-scoped kinds) and name."""


class ChangeType(StrEnum):
    """What happened to the copy."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    SYNCED = "SYNCED"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one resource. SYNCED (with an empty body) follows the changes of each complete list: the copy
    is what the server had."""

    type: ChangeType
    body: JsonObject


class Reflector:
    """Lists, watches, resumes where it was when a connection ends, and lists again when the server has forgotten that.

    A new list is compared with the copy, so that the changes stay consistent: nothing is ADDED twice, and what
    disappeared meanwhile is DELETED with its last known body. `items` is the copy, up to the last change handed out.
    """

    def __init__(
        self,
        client: ApiClient,
        kind: str,
        clock: Clock,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
    ) -> None:
        self._client = client
        self._kind = kind
        self._clock = clock
        self._namespace = namespace
        self._selectors = {"label_selector": label_selector, "field_selector": field_selector}
        self._revision: int | None = None
        self.items: dict[Name, JsonObject] = {}

    async def changes(self) -> AsyncIterator[Change]:
        """The changes, forever. Raises only where trying again can't help: ApiError for 400, 401, 403 and 404,
        UntrustedError when the server is another one."""
        backoff = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
        while True:
            try:
                async for change in self._follow():
                    backoff.reset()
                    yield change
            except ApiError as error:
                if error.is_too_old:
                    self._revision = None
                    continue
                if error.status < 500 and error.status != 429:
                    raise
                log.warning("watching %s: %s", self._kind, error)
            except UntrustedError:
                raise
            except UnreachableError as failure:
                log.info("watching %s: %s", self._kind, failure)
            await self._clock.sleep(backoff.next())

    async def _follow(self) -> AsyncIterator[Change]:
        if self._revision is None:
            items, revision = await self._client.list(self._kind, self._namespace, **self._selectors)
            for difference in self._compare(items):
                yield self._taken(difference)
            self._revision = revision
            yield Change(ChangeType.SYNCED, {})
        async for event in self._client.watch(self._kind, self._revision, self._namespace, **self._selectors):
            if event.type != "BOOKMARK" and (change := self._change(event)) is not None:
                yield self._taken(change)
            self._revision = event.revision

    def _compare(self, items: Iterable[JsonObject]) -> list[Change]:
        listed = {_name(item): item for item in items}
        gone = [Change(ChangeType.DELETED, body) for name, body in self.items.items() if name not in listed]
        return gone + [change for name, body in listed.items() for change in self._difference(name, body)]

    def _difference(self, name: Name, body: JsonObject) -> list[Change]:
        known = self.items.get(name)
        if known is None:
            return [Change(ChangeType.ADDED, body)]
        if known["metadata"]["uid"] != body["metadata"]["uid"]:
            return [Change(ChangeType.DELETED, known), Change(ChangeType.ADDED, body)]
        same = known["metadata"]["resourceVersion"] == body["metadata"]["resourceVersion"]
        return [] if same else [Change(ChangeType.MODIFIED, body)]

    def _change(self, event: WatchEvent) -> Change | None:
        known = _name(event.body) in self.items
        if event.type == ChangeType.DELETED:
            # With a selector, a server may report the end of what this copy never had.
            return Change(ChangeType.DELETED, event.body) if known else None
        return Change(ChangeType.MODIFIED if known else ChangeType.ADDED, event.body)

    def _taken(self, change: Change) -> Change:
        if change.type is ChangeType.DELETED:
            self.items.pop(_name(change.body), None)
        else:
            self.items[_name(change.body)] = change.body
        return change


def _name(body: JsonObject) -> Name:
    metadata = body["metadata"]
    return metadata.get("namespace") or "", metadata["name"]
