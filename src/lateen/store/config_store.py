"""What every store offers. A revision is a positive integer that grows with each write and never repeats."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import ResourceRef


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A resource at one revision. `body` is the whole document as JSON objects and must not be changed;
    `resource` is the same, decoded. An unchanged resource keeps its `Stored` object."""

    ref: ResourceRef
    revision: int
    body: JsonObject
    resource: Resource


class EventType(StrEnum):
    """What a write did to a resource, in the words of Kubernetes' watches."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Event:
    """One write. `revision` is the write's; for DELETED, `stored.revision` equals it too (the last body is kept)."""

    type: EventType
    revision: int
    stored: Stored


@dataclass(frozen=True, slots=True)
class Listing:
    """A consistent read: everything selected, as it was at `revision`, sorted by (kind, namespace, name)."""

    revision: int
    items: Sequence[Stored]


class ConflictError(Exception):
    """The resource is not at the expected revision any more, or exists already."""


class MissingError(Exception):
    """There is no such resource."""


class TooOldError(Exception):
    """The revision to resume from is no longer in the history: list again."""


class ConfigStore(Protocol):
    """Resources by (kind, namespace, name), every write durable before it is acknowledged."""

    async def get(self, ref: ResourceRef) -> Stored | None: ...

    async def list(self, kinds: Sequence[str] | None = None, namespace: str | None = None) -> Listing:
        """Everything of `kinds` (None: all) in `namespace` (None: all)."""
        ...

    async def create(self, body: JsonObject) -> Stored:
        """Store a new document. Sets `metadata.uid`, `creationTimestamp`, `generation` 1 and `resourceVersion`.

        Raises ConflictError when it exists."""
        ...

    async def replace(self, body: JsonObject, *, expected: int | None = None, status_only: bool = False) -> Stored:
        """Store a new body. `expected` is the revision it must be at (None: any). uid and creationTimestamp stay;
        generation grows when anything but metadata and status differs; a body equal to the stored one writes nothing.
        `status_only` takes only `status` from `body`; otherwise the stored `status` is kept when the kind has a status
        subresource (see `lateen.api.schema`). Raises MissingError, ConflictError."""
        ...

    async def delete(self, ref: ResourceRef, *, expected: int | None = None) -> Stored:
        """Remove it and return what was removed. Raises MissingError, ConflictError."""
        ...

    def watch(
        self, since: int, kinds: Sequence[str] | None = None, namespace: str | None = None
    ) -> AsyncIterator[Event]:
        """Every write after revision `since`, in order, none lost, then those to come. Raises TooOldError."""
        ...
