"""DELETE: one resource, or all that are selected."""

from collections.abc import Mapping
from dataclasses import dataclass

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.apiserver.body import decode_document
from lateen.apiserver.call import Answer, Backend, Call
from lateen.apiserver.reading import find, list_all
from lateen.apiserver.status import bad_request, conflict, forbidden, not_found, success
from lateen.controllers.termination import terminate_pod
from lateen.lib.clock import rfc3339
from lateen.store.config_store import ConflictError, MissingError, Stored

KEPT_NAMESPACES = frozenset({"default", "kube-system", "kube-public"})
POLICIES = ("", "Background", "Foreground", "Orphan")


@dataclass(frozen=True, slots=True)
class Options:
    """How to delete: within which grace, under which conditions, and what becomes of what the resource owns."""

    grace_seconds: int | None = None
    uid: str = ""
    revision: int | None = None
    orphan: bool = False
    dry_run: bool = False


async def delete(backend: Backend, call: Call) -> Answer:
    """Delete a resource, or begin to: pods, namespaces and what has finalizers take their time. Raises StatusError."""
    options = _options(call)
    stored = await find(backend, call.target)
    return Answer(await _delete(backend, call, stored, options))


async def delete_all(backend: Backend, call: Call) -> Answer:
    """Delete everything at the path that the selectors select, and answer with it. Raises StatusError."""
    options, selected = _options(call), await list_all(backend, call)
    selector = call.selector
    listing = await backend.store.list([call.target.info.id], call.target.namespace or None)
    for stored in listing.items:
        if selector.selects(stored.body):
            try:
                await _delete(backend, call, stored, options)
            except MissingError:
                continue
    return selected


async def _delete(backend: Backend, call: Call, stored: Stored, options: Options) -> JsonObject:
    info, name = call.target.info, stored.ref.name
    _check_preconditions(call, stored, options)
    if info.id == "Namespace" and name in KEPT_NAMESPACES:
        raise forbidden(info, name, "this namespace may not be deleted")
    if options.dry_run:
        return success(info, name, stored.resource.metadata.uid)
    if options.orphan:
        await _orphan(backend, stored)
    try:
        remaining = await _remove(backend, stored, options)
    except ConflictError:
        raise conflict(info, name) from None
    except MissingError:
        raise not_found(info, name) from None
    if remaining is not None:
        return call.target.present(remaining.body)
    return success(info, name, stored.resource.metadata.uid)


async def _remove(backend: Backend, stored: Stored, options: Options) -> Stored | None:
    """What is left, None if nothing is."""
    if isinstance(stored.resource, Pod) and not stored.resource.metadata.finalizers:
        left = await terminate_pod(backend.store, stored, backend.clock, options.grace_seconds)
        return None if await backend.store.get(stored.ref) is None else left
    if stored.ref.kind == "Namespace":
        return await _terminate_namespace(backend, stored)
    if stored.resource.metadata.finalizers:
        return await _mark(backend, stored)
    await backend.store.delete(stored.ref, expected=options.revision)
    return None


async def _terminate_namespace(backend: Backend, stored: Stored) -> Stored:
    marked = await _mark(backend, stored)
    status = {**(marked.body.get("status") or {}), "phase": "Terminating"}
    return await backend.store.replace({**marked.body, "status": status}, status_only=True)


async def _mark(backend: Backend, stored: Stored) -> Stored:
    """Say that it is being deleted; whoever put a finalizer on it removes that when done."""
    if stored.resource.metadata.deletion_timestamp:
        return stored
    metadata = {
        **stored.body["metadata"],
        "deletionTimestamp": rfc3339(backend.clock.now()),
        "deletionGracePeriodSeconds": 0,
    }
    return await backend.store.replace({**stored.body, "metadata": metadata}, expected=stored.revision)


async def _orphan(backend: Backend, owner: Stored) -> None:
    """Take the owner out of what it owns, which then stays."""
    uid = owner.resource.metadata.uid
    for item in (await backend.store.list(None, owner.ref.namespace)).items:
        if any(reference.uid == uid for reference in item.resource.metadata.owner_references):
            references = [each for each in item.body["metadata"]["ownerReferences"] if each["uid"] != uid]
            metadata = {**item.body["metadata"], "ownerReferences": references}
            await backend.store.replace({**item.body, "metadata": metadata}, expected=item.revision)


def _check_preconditions(call: Call, stored: Stored, options: Options) -> None:
    uid = stored.resource.metadata.uid
    if options.uid and options.uid != uid:
        why = f"Precondition failed: UID in precondition: {options.uid}, UID in object meta: {uid}"
        raise conflict(call.target.info, stored.ref.name, why)
    if options.revision is not None and options.revision != stored.revision:
        raise conflict(call.target.info, stored.ref.name)


def _options(call: Call) -> Options:
    body = decode_document(call.content_type, call.content) if call.content.strip() else {}
    conditions = body.get("preconditions") or {}
    policy = body.get("propagationPolicy") or call.query.get("propagationPolicy", "")
    if policy not in POLICIES:
        raise bad_request(f'invalid propagationPolicy "{policy}": it is {", ".join(POLICIES[1:])}')
    return Options(
        grace_seconds=_grace(call, body),
        uid=conditions.get("uid") or "",
        revision=_number(conditions, "resourceVersion"),
        orphan=policy == "Orphan" or body.get("orphanDependents") is True,
        dry_run=call.is_dry_run or bool(body.get("dryRun")),
    )


def _grace(call: Call, body: Mapping[str, object]) -> int | None:
    given = _number(body, "gracePeriodSeconds")
    return call.number("gracePeriodSeconds") if given is None else given


def _number(body: Mapping[str, object], key: str) -> int | None:
    value = body.get(key)
    if value is None:
        return None
    if not str(value).isdecimal():
        raise bad_request(f'invalid {key} "{value}": it must be a number, zero or more')
    return int(str(value))
