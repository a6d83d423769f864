"""What an API answers when it refuses: a Kubernetes Status, as an exception."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JsonObject = dict[str, Any]
"""A decoded JSON object; not lateen.api.meta's, whose import would slow down the command line."""


@dataclass(eq=False)
class ApiError(Exception):
    """A refused request: HTTP status, Kubernetes reason (`NotFound`, `Conflict`, `Invalid`…), message and details."""

    status: int
    reason: str
    message: str
    details: JsonObject = field(default_factory=dict)

    def __str__(self) -> str:
        return f"Error from server ({self.reason}): {self.message}" if self.reason else self.message

    @property
    def is_missing(self) -> bool:
        """Whether there is no such resource."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def is_conflict(self) -> bool:
        """Whether someone else changed the resource, or it exists already."""
        return self.status == HTTPStatus.CONFLICT

    @property
    def is_too_old(self) -> bool:
        """Whether the revision to resume from is forgotten."""
        return self.status == HTTPStatus.GONE


def error_from(status: int, content: bytes) -> ApiError:
    """The error in an answer; one that is no Status object keeps its first words."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if isinstance(body, dict) and body.get("kind") == "Status":
        return error_from_status(body, status)
    text = content[:300].decode("utf-8", "replace").strip()
    return ApiError(status, _reason(status), text or f"the server answered {status} {_reason(status)}")


def error_from_status(body: JsonObject, status: int = 0) -> ApiError:
    """The error that a Status object describes, as in the ERROR event of a watch."""
    code = int(body.get("code") or status)
    return ApiError(code, body.get("reason") or "", body.get("message") or "", body.get("details") or {})


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return ""
