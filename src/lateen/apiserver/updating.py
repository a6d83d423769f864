"""PUT and PATCH: changing a resource, or its status."""

from collections.abc import Awaitable, Callable, Mapping

from lateen.api.meta import JsonObject
from lateen.apiserver.body import decode_document, decode_json, decode_yaml, media_type, require_object
from lateen.apiserver.call import UPDATE, Answer, Backend, Call
from lateen.apiserver.creating import create_document, require_namespace
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.document import checked, named, placed
from lateen.apiserver.immutable import carried_over, check_unchanged
from lateen.apiserver.json_patch import PatchError, json_patch
from lateen.apiserver.merge_patch import Json, merge_patch
from lateen.apiserver.reading import find
from lateen.apiserver.status import StatusError, bad_request, conflict, not_found, unsupported_media
from lateen.apiserver.strategic_merge_patch import MERGED_BY_KEY, strategic_merge_patch
from lateen.client.media_type import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from lateen.store.config_store import ConflictError, MissingError, Stored

TRIES = 5
STATUS = "status"

PATCHES: Mapping[str, Callable[[Json, Json], Json]] = {
    MERGE_PATCH: merge_patch,
    JSON_PATCH: json_patch,
    STRATEGIC_MERGE_PATCH: strategic_merge_patch,
    # Every field that is applied is taken: there is one owner, so nobody's fields can be in the way.
    APPLY_PATCH: strategic_merge_patch,
}


async def replace(backend: Backend, call: Call) -> Answer:
    """Exchange a resource. Raises StatusError."""
    document = decode_document(call.content_type, call.content)

    async def attempt() -> Answer:
        return await write(backend, call, await find(backend, call.target), document)

    return await retried(attempt)


async def patch(backend: Backend, call: Call) -> Answer:
    """Change the fields a patch names. A server-side apply creates what is missing. Raises StatusError."""
    change = _change(call)

    async def attempt() -> Answer:
        current = await backend.store.get(call.target.ref)
        if current is None:
            return await _apply_new(backend, call)
        return await write(backend, call, current, patched(call, call.target.present(current.body), change))

    return await retried(attempt)


async def retried(attempt: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `attempt` answers; again when somebody else has changed the resource in between. A change that names the
    revision it is for is refused each time, as it has to be. Raises StatusError."""
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except StatusError as refusal:
            if refusal.reason != "Conflict":
                raise
    return await attempt()


async def write(backend: Backend, call: Call, current: Stored, document: JsonObject) -> Answer:
    """Store `document` instead of `current`. Raises StatusError."""
    body = named(placed(document, call.target), call.target)
    expected = _expected(call, current, body)
    kept = {key: value for key in _KEPT if (value := current.body["metadata"].get(key)) is not None}
    metadata = {key: value for key, value in body["metadata"].items() if key not in _KEPT}
    body = {**body, "metadata": {**metadata, **kept}}
    if call.target.subresource == STATUS:
        return await _write_status(backend, call, current, body, expected)
    body, warnings = checked(backend, call, carried_over(call.target.info, current.body, body))
    body = with_defaults(body)
    for admit in backend.admit:
        body = await admit(body, UPDATE)
    check_unchanged(call.target.info, with_defaults(current.body), body)
    stored = await _store(backend, call, current, body, expected)
    return Answer(call.target.present(stored), 200, warnings)


_KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName", "generation")


async def _write_status(backend: Backend, call: Call, current: Stored, body: JsonObject, expected: int) -> Answer:
    merged = {key: value for key, value in current.body.items() if key != STATUS}
    if STATUS in body:
        merged[STATUS] = body[STATUS]
    _, warnings = checked(backend, call, merged)
    if call.is_dry_run:
        return Answer(call.target.present(merged), 200, warnings)
    stored = await _replace(backend, call, merged, expected, status_only=True)
    return Answer(call.target.present(stored.body), 200, warnings)


async def _store(backend: Backend, call: Call, current: Stored, body: JsonObject, expected: int) -> JsonObject:
    if call.is_dry_run:
        status = {STATUS: current.body[STATUS]} if STATUS in current.body else {}
        return {**body, **(status if call.target.info.status_subresource else {})}
    stored = await _replace(backend, call, body, expected)
    if _is_finished(current, stored):
        # The last finalizer was taken off something that was deleted before.
        return (await backend.store.delete(stored.ref)).body
    return stored.body


async def _replace(
    backend: Backend, call: Call, body: JsonObject, expected: int, *, status_only: bool = False
) -> Stored:
    try:
        return await backend.store.replace(body, expected=expected, status_only=status_only)
    except ConflictError:
        raise conflict(call.target.info, call.target.name) from None
    except MissingError:
        raise not_found(call.target.info, call.target.name) from None


def _is_finished(before: Stored, after: Stored) -> bool:
    metadata = after.resource.metadata
    had = before.resource.metadata.finalizers
    return bool(metadata.deletion_timestamp and had and not metadata.finalizers)


def _expected(call: Call, current: Stored, body: JsonObject) -> int:
    """The revision that must not have changed: what is kept of `current` must not undo a write that it doesn't know."""
    metadata = body["metadata"]
    uid, version = metadata.get("uid"), metadata.get("resourceVersion")
    if uid and uid != current.body["metadata"]["uid"]:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.body['metadata']['uid']}"
        raise conflict(call.target.info, call.target.name, why)
    if not version:
        return current.revision
    if not str(version).isdecimal():
        raise bad_request(f'invalid resourceVersion "{version}"')
    return int(version)


def _change(call: Call) -> Json:
    media = media_type(call.content_type)
    if media not in PATCHES:
        raise unsupported_media(media, tuple(PATCHES))
    if media == STRATEGIC_MERGE_PATCH and call.target.info.group not in MERGED_BY_KEY:
        raise unsupported_media(media, (JSON_PATCH, MERGE_PATCH, APPLY_PATCH))
    return require_object(decode_yaml(call.content)) if media == APPLY_PATCH else decode_json(call.content)


def patched(call: Call, document: JsonObject, change: Json = None) -> JsonObject:
    """`document` after the patch in the request (or `change`, when it is decoded already). Raises StatusError."""
    media = media_type(call.content_type)
    apply = PATCHES.get(media, merge_patch)
    if media == APPLY_PATCH and call.target.info.group not in MERGED_BY_KEY:
        apply = merge_patch
    try:
        return require_object(apply(document, _change(call) if change is None else change))
    except PatchError as error:
        raise bad_request(f"the patch can't be applied: {error}") from None


async def _apply_new(backend: Backend, call: Call) -> Answer:
    if media_type(call.content_type) != APPLY_PATCH or call.target.subresource:
        raise not_found(call.target.info, call.target.name)
    await require_namespace(backend, call.target)
    document = named(placed(require_object(_change(call)), call.target), call.target)
    return await create_document(backend, call, document)
