"""Refusals as Kubernetes words them: Status objects and their reasons."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem


class StatusError(Exception):
    """A request that is refused with a Status object."""

    def __init__(self, code: int, reason: str, message: str, details: JsonObject | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}

    @property
    def body(self) -> JsonObject:
        """The Status object."""
        body: JsonObject = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": int(self.code),
        }
        return {**body, "details": self.details} if self.details else body

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that belong to this answer."""
        return _HEADERS.get(self.code, {})


_HEADERS: Mapping[int, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    # The rest of the body may still be on its way.
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {"Connection": "close"},
}


def success(info: KindInfo, name: str, uid: str = "") -> JsonObject:
    """The Status object that says a resource was deleted."""
    details = _details(info, name) | ({"uid": uid} if uid else {})
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def bad_request(message: str) -> StatusError:
    """The request makes no sense."""
    return StatusError(HTTPStatus.BAD_REQUEST, "BadRequest", message)


def unauthorized() -> StatusError:
    """No token, or one that nobody has."""
    return StatusError(HTTPStatus.UNAUTHORIZED, "Unauthorized", "Unauthorized")


def forbidden(info: KindInfo, name: str, why: str, causes: Sequence[JsonObject] = ()) -> StatusError:
    """The resource may not be changed in this way now."""
    named = f'{info.resource_name} "{name}"' if name else info.resource_name
    details: dict[str, Any] = _details(info, name) | ({"causes": list(causes)} if causes else {})
    return StatusError(HTTPStatus.FORBIDDEN, "Forbidden", f"{named} is forbidden: {why}", details)


def not_found(info: KindInfo, name: str) -> StatusError:
    """There is no such resource."""
    message = f'{info.resource_name} "{name}" not found'
    return StatusError(HTTPStatus.NOT_FOUND, "NotFound", message, _details(info, name))


def no_such_path() -> StatusError:
    """There is nothing at that path."""
    return StatusError(HTTPStatus.NOT_FOUND, "NotFound", "the server could not find the requested resource")


def method_not_allowed() -> StatusError:
    """There is something at that path, but not for that method."""
    message = "the server does not allow this method on the requested resource"
    return StatusError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", message)


def already_exists(info: KindInfo, name: str) -> StatusError:
    """A resource of that name exists."""
    message = f'{info.resource_name} "{name}" already exists'
    return StatusError(HTTPStatus.CONFLICT, "AlreadyExists", message, _details(info, name))


def conflict(info: KindInfo, name: str, why: str = "") -> StatusError:
    """Someone else changed the resource meanwhile."""
    why = why or ("the object has been modified; please apply your changes to the latest version and try again")
    message = f'Operation cannot be fulfilled on {info.resource_name} "{name}": {why}'
    return StatusError(HTTPStatus.CONFLICT, "Conflict", message, _details(info, name))


def invalid(info: KindInfo, name: str, problems: Sequence[Problem]) -> StatusError:
    """The document is wrong: every problem is a cause."""
    causes = [
        {"reason": "FieldValueInvalid", "message": _explain(problem), "field": problem.path or "metadata"}
        for problem in problems
    ]
    listed = [f"{cause['field']}: {cause['message']}" for cause in causes]
    text = listed[0] if len(listed) == 1 else "[" + ", ".join(listed) + "]"
    details: dict[str, Any] = {**_details(info, name), "kind": info.kind, "causes": causes}
    message = f'{info.kind}{f".{info.group}" if info.group else ""} "{name}" is invalid: {text}'
    return StatusError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", message, details)


def too_large(limit: int) -> StatusError:
    """The request's body is longer than `limit` bytes."""
    message = f"Request entity too large: limit is {limit}"
    return StatusError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", message)


def unsupported_media(given: str, known: Sequence[str]) -> StatusError:
    """The body is in a form that is not understood here."""
    message = f"the body of the request was in an unknown format ({given}) - accepted media types include: "
    return StatusError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message + ", ".join(known))


def expired(message: str) -> StatusError:
    """The revision to resume from is forgotten: list again."""
    return StatusError(HTTPStatus.GONE, "Expired", message)


def unavailable(message: str) -> StatusError:
    """What the request needs is not there now."""
    return StatusError(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", message)


def internal_error(message: str) -> StatusError:
    """A mistake of the server."""
    return StatusError(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", f"Internal error occurred: {message}")


def _explain(problem: Problem) -> str:
    return f"{problem.message}: {problem.hint}" if problem.hint else problem.message


def _details(info: KindInfo, name: str) -> JsonObject:
    details = {"name": name, "group": info.group, "kind": info.plural}
    return {key: value for key, value in details.items() if value}
