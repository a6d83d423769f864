"""Documents and refusals as HTTP answers."""

from collections.abc import Iterable, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from lateen.api.meta import JsonObject
from lateen.apiserver.status import StatusError
from lateen.client.media_type import JSON


def json_response(
    body: JsonObject, code: int = 200, *, warnings: Iterable[str] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer, with a `Warning` header for each warning as RFC 7234 and Kubernetes write them."""
    response = Response(msgspec.json.encode(body), code, {"content-type": JSON, **(headers or {})})
    for warning in warnings:
        response.headers.append("warning", f'299 - "{_quoted(warning)}"')
    return response


def status_response(refusal: StatusError) -> Response:
    """A refusal."""
    return json_response(refusal.body, refusal.code, headers=refusal.headers)


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: StatusError) -> None:
    """Send a refusal to whoever made an HTTP request or asks for a WebSocket."""
    response = status_response(refusal)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)


def _quoted(text: str) -> str:
    line = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    # Header values are latin-1; what is not is shown as an escape.
    return line.encode("latin-1", "backslashreplace").decode("latin-1")
