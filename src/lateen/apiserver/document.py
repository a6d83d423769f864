"""What a document must look like to be written at a place, and what the server takes out of it."""

from typing import Any

from lateen.api.elder_form import with_elder_defaults
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.api.schema import id_of, normalized
from lateen.apiserver.call import Backend, Call
from lateen.apiserver.status import bad_request, invalid
from lateen.apiserver.target import Target

SET_BY_SERVER = ("managedFields", "selfLink")
UNKNOWN_FIELD = "UnknownField"


def placed(body: JsonObject, target: Target) -> JsonObject:
    """`body` as it belongs at `target`: names of kind and namespace filled in. Raises StatusError for other ones."""
    body = {"apiVersion": target.api_version, "kind": target.info.kind, **body}
    if id_of(body) != target.info.id:
        raise bad_request(
            f"the object in the body is {body['apiVersion']} {body['kind']}, "
            f"but the path is for {target.api_version} {target.info.kind}"
        )
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise bad_request("metadata must be an object")
    metadata = {key: value for key, value in metadata.items() if key not in SET_BY_SERVER}
    return {**body, "metadata": _with_namespace(metadata, target)}


def named(body: JsonObject, target: Target) -> JsonObject:
    """`body`, which must have the name in the path. Raises StatusError."""
    name = body["metadata"].setdefault("name", target.name)
    if name != target.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({target.name})")
    return body


def checked(backend: Backend, call: Call, body: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """`body` in the stored version, without nulls, and the warnings about it. Raises StatusError when it is wrong."""
    body = with_elder_defaults(normalized(body))
    mode = call.field_validation
    problems = backend.validate(body, mode == "Strict")
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        metadata = body["metadata"]
        name = metadata.get("name") or metadata.get("generateName") or ""
        raise invalid(call.target.info, str(name), errors)
    warnings = [
        _warning(problem)
        for problem in problems
        if problem.severity is Severity.WARNING and not (mode == "Ignore" and problem.code == UNKNOWN_FIELD)
    ]
    return {**body, "apiVersion": call.target.info.api_version}, tuple(warnings)


def _with_namespace(metadata: JsonObject, target: Target) -> JsonObject:
    given = metadata.get("namespace") or target.namespace
    if not target.info.namespaced:
        return {key: value for key, value in metadata.items() if key != "namespace"}
    if given != target.namespace:
        raise bad_request(
            f"the namespace of the provided object does not match the namespace sent on the request ({given} and "
            f"{target.namespace})"
        )
    return {**metadata, "namespace": given}


def _warning(problem: Problem) -> str:
    parts: list[Any] = [problem.path, problem.message, problem.hint]
    return ": ".join(part for part in parts if part)
