"""POST: new resources."""

import random

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.schema import kind_info
from lateen.apiserver.body import decode_document
from lateen.apiserver.call import CREATE, Answer, Backend, Call
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.document import checked, placed
from lateen.apiserver.status import StatusError, already_exists, bad_request, forbidden, not_found
from lateen.apiserver.target import Target
from lateen.lib.clock import rfc3339
from lateen.store.config_store import ConflictError

NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX_LENGTH = 5
GENERATED_NAME_TRIES = 8

NOT_FROM_OUTSIDE = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation")


async def create(backend: Backend, call: Call) -> Answer:
    """Store a new resource. Raises StatusError."""
    return await create_document(backend, call, decode_document(call.content_type, call.content))


async def create_document(backend: Backend, call: Call, document: JsonObject) -> Answer:
    """Store `document` as a new resource. Raises StatusError."""
    body = placed(document, call.target)
    if body["metadata"].get("resourceVersion"):
        raise bad_request("resourceVersion should not be set on objects to be created")
    body["metadata"] = {key: value for key, value in body["metadata"].items() if key not in NOT_FROM_OUTSIDE}
    if call.target.info.status_subresource:
        body.pop("status", None)
    body, warnings = checked(backend, call, body)
    await require_namespace(backend, call.target)
    body = await _admitted(backend, with_defaults(body))
    stored = await (_pretend(backend, call, body) if call.is_dry_run else _store(backend, call, body))
    return Answer(call.target.present(stored), 201, warnings)


async def require_namespace(backend: Backend, target: Target) -> None:
    """Refuse what would go into a namespace that is missing or being deleted. Raises StatusError."""
    if not target.info.namespaced:
        return
    stored = await backend.store.get(ResourceRef("Namespace", "", target.namespace))
    if stored is None:
        raise not_found(kind_info("Namespace"), target.namespace)
    if stored.resource.metadata.deletion_timestamp:
        message = f"namespace {target.namespace} is being terminated"
        cause = {"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"}
        why = f"unable to create new content in namespace {target.namespace} because it is being terminated"
        raise forbidden(target.info, target.name, why, [cause])


async def _admitted(backend: Backend, body: JsonObject) -> JsonObject:
    for admit in backend.admit:
        body = await admit(body, CREATE)
    return body


async def _pretend(backend: Backend, call: Call, body: JsonObject) -> JsonObject:
    body = _with_name(body)
    if await backend.store.get(_ref(call.target.info, body)) is not None:
        raise already_exists(call.target.info, body["metadata"]["name"])
    created = {"uid": backend.uids(), "creationTimestamp": rfc3339(backend.clock.now()), "generation": 1}
    return {**body, "metadata": {**body["metadata"], **created}}


async def _store(backend: Backend, call: Call, body: JsonObject) -> JsonObject:
    refusal: StatusError | None = None
    for _ in range(GENERATED_NAME_TRIES):
        candidate = _with_name(body)
        try:
            return (await backend.store.create(candidate)).body
        except ConflictError:
            refusal = already_exists(call.target.info, candidate["metadata"]["name"])
            if body["metadata"].get("name"):
                break
    assert refusal is not None  # noqa: S101 - the loop ran
    raise refusal


def _with_name(body: JsonObject) -> JsonObject:
    metadata = body["metadata"]
    if metadata.get("name"):
        return body
    suffix = "".join(random.choices(NAME_LETTERS, k=SUFFIX_LENGTH))  # noqa: S311 - names, not secrets
    return {**body, "metadata": {**metadata, "name": metadata["generateName"] + suffix}}


def _ref(info: KindInfo, body: JsonObject) -> ResourceRef:
    return ResourceRef(info.id, body["metadata"].get("namespace") or "", body["metadata"]["name"])
