"""Lets only those in who show a token that is known."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lateen.apiserver.answer import refuse
from lateen.apiserver.status import StatusError, unauthorized
from lateen.apiserver.user import Authenticate, User

OPEN_PATHS = frozenset({"/healthz", "/livez", "/readyz", "/version"})
"""What anyone may ask, as in Kubernetes: whether the server lives, and which it is."""


class Authentication:
    """ASGI middleware that puts the `User` into the request's state under `user`."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate, open_prefixes: tuple[str, ...] = ()) -> None:
        self._app = app
        self._authenticate = authenticate
        self._open_prefixes = open_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        user = self._user(Headers(scope=scope))
        refusal = unauthorized() if user is None else _forbidden(user, scope)
        if refusal is not None:
            await refuse(scope, receive, send, refusal)
            return
        scope.setdefault("state", {})["user"] = user
        await self._app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in OPEN_PATHS or path.startswith(self._open_prefixes or ("\0",))

    def _user(self, headers: Headers) -> User | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self._authenticate(token.strip()) if scheme.lower() == "bearer" else None


def _forbidden(user: User, scope: Scope) -> StatusError | None:
    method = scope.get("method", "POST")
    # Running a command is no reading, though WebSocket begins with GET; neither is asking about oneself a writing.
    path = scope["path"]
    is_question = path.startswith(("/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/"))
    if is_question or user.may(method if scope["type"] == "http" else "POST"):
        return None
    message = f'User "{user.name}" may only read: {method} {path} is forbidden'
    return StatusError(HTTPStatus.FORBIDDEN, "Forbidden", message)
