"""What a write makes of a document: the metadata a store sets, and when nothing changes at all."""

import enum
from dataclasses import dataclass

import msgspec

from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import ResourceRef
from lateen.api.schema import decode, id_of, kind_info
from lateen.store.config_store import EventType, Stored


class Part(enum.Enum):
    """Which part of a document a replacement takes from the caller."""

    ALL = "all"
    WITHOUT_STATUS = "without status"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Write:
    """One change that has been decided on: `stored` after it (for DELETED: as it was last) and the same as JSON."""

    type: EventType
    revision: int
    stored: Stored
    encoded: bytes


def stored_ref(body: JsonObject) -> ResourceRef:
    """The name a document is stored under. Raises ValueError for a document without one or of an unknown kind."""
    kind = id_of(body)
    if kind is None:
        raise ValueError(f"no kind {body.get('kind')!r} in {body.get('apiVersion')!r}")
    metadata = body.get("metadata") or {}
    if not metadata.get("name"):
        raise ValueError(f"a {kind} without metadata.name")
    return ResourceRef(kind, metadata.get("namespace") or "", metadata["name"])


def stored_from(encoded: bytes, ref: ResourceRef, revision: int) -> Stored:
    """The resource in `encoded`. What its kind's struct refuses (stored by another version) keeps the bare Resource."""
    body: JsonObject = msgspec.json.decode(encoded)
    resource, _ = decode(body)
    return Stored(ref, revision, body, resource or msgspec.convert(body, Resource))


def creation(body: JsonObject, revision: int, uid: str, created_at: str) -> Write:
    """The write that stores a new document."""
    set_by_store = {
        "uid": uid,
        "resourceVersion": str(revision),
        "generation": 1,
        "creationTimestamp": created_at,
    }
    metadata = {**(body.get("metadata") or {}), **set_by_store}
    return _write(EventType.ADDED, {**body, "metadata": metadata}, stored_ref(body), revision)


def replacement(current: Stored, body: JsonObject, revision: int, part: Part) -> Write | None:
    """The write that stores `body` instead of `current`; None when they are equal."""
    merged = _merge(current.body, body, part)
    if _same(merged, current.body):
        return None
    kept = current.body["metadata"]
    changed = _without(merged, "metadata", "status") != _without(current.body, "metadata", "status")
    merged["metadata"] = {
        **merged["metadata"],
        "uid": kept["uid"],
        "resourceVersion": str(revision),
        "generation": kept["generation"] + changed,
        "creationTimestamp": kept["creationTimestamp"],
    }
    return _write(EventType.MODIFIED, merged, current.ref, revision)


def removal(current: Stored, revision: int) -> Write:
    """The write that removes `current`."""
    metadata = {**current.body["metadata"], "resourceVersion": str(revision)}
    return _write(EventType.DELETED, {**current.body, "metadata": metadata}, current.ref, revision)


def part_for(ref: ResourceRef, *, status_only: bool) -> Part:
    """What a replacement may change: a kind with a status subresource has its status written separately."""
    if status_only:
        return Part.STATUS
    return Part.WITHOUT_STATUS if kind_info(ref.kind).status_subresource else Part.ALL


_SET_BY_STORE = ("uid", "resourceVersion", "generation", "creationTimestamp")


def _write(kind: EventType, body: JsonObject, ref: ResourceRef, revision: int) -> Write:
    # The round trip makes a copy that nobody else holds, in JSON's own types.
    encoded = msgspec.json.encode(body)
    return Write(kind, revision, stored_from(encoded, ref, revision), encoded)


def _merge(current: JsonObject, body: JsonObject, part: Part) -> JsonObject:
    if part is Part.ALL:
        return {**body, "metadata": {**(body.get("metadata") or {})}}
    base, status = (current, body) if part is Part.STATUS else (body, current)
    merged = {**_without(base, "status"), "metadata": {**(base.get("metadata") or {})}}
    if "status" in status:
        merged["status"] = status["status"]
    return merged


def _same(one: JsonObject, other: JsonObject) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(body: JsonObject) -> JsonObject:
    plain = msgspec.to_builtins(body)
    return {**plain, "metadata": _without(plain["metadata"], *_SET_BY_STORE)}


def _without(body: JsonObject, *keys: str) -> JsonObject:
    return {key: value for key, value in body.items() if key not in keys}
