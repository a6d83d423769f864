"""The endpoint for resources: from an HTTP request to its handler, and back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from lateen.api.meta import JsonObject
from lateen.apiserver.answer import json_response, status_response
from lateen.apiserver.body import read_content
from lateen.apiserver.call import Answer, Backend, Call
from lateen.apiserver.creating import create
from lateen.apiserver.deleting import delete, delete_all
from lateen.apiserver.pod_relay import NodeAgent, check_exec, log_response, proxy_response
from lateen.apiserver.reading import get, list_all
from lateen.apiserver.scale import get_scale, patch_scale, replace_scale
from lateen.apiserver.status import StatusError, bad_request, internal_error, method_not_allowed, no_such_path
from lateen.apiserver.table import now_of, table_version, to_table
from lateen.apiserver.target import Target, parse_target
from lateen.apiserver.updating import patch, replace
from lateen.apiserver.watching import Watch
from lateen.client.media_type import JSON
from lateen.store.database import StoreFileError

Handler = Callable[[Backend, Call], Awaitable[Answer]]

LIST_HANDLERS: Mapping[str, Handler] = {"GET": list_all, "POST": create, "DELETE": delete_all}
RESOURCE_HANDLERS: Mapping[str, Handler] = {"GET": get, "PUT": replace, "PATCH": patch, "DELETE": delete}
STATUS_HANDLERS: Mapping[str, Handler] = {"GET": get, "PUT": replace, "PATCH": patch}
SCALE_HANDLERS: Mapping[str, Handler] = {"GET": get_scale, "PUT": replace_scale, "PATCH": patch_scale}


class Resources:
    """An ASGI application for everything below `/api/v1/` and `/apis/<group>/<version>/`."""

    def __init__(self, backend: Backend, node: NodeAgent, closing: asyncio.Event) -> None:
        self._backend = backend
        self._node = node
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except StatusError as refusal:
            response = status_response(refusal)
        except StoreFileError as failure:
            response = status_response(internal_error(str(failure)))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        target = parse_target(_raw_path(request.scope))
        if target is None:
            raise no_such_path()
        method = "GET" if request.method == "HEAD" else request.method
        call = Call(
            method,
            target,
            request.state.user,
            dict(request.query_params),
            request.headers.get("content-type", ""),
            await read_content(request.stream()),
        )
        if target.info.id == "Pod" and target.subresource in ("log", "proxy", "exec"):
            return await self._relay(call, request)
        accept = request.headers.get("accept", "")
        if method == "GET" and call.query.get("watch") in ("true", "1"):
            return self._watch(call, accept)
        answer = await _handler(target, method)(self._backend, call)
        return self._rendered(call, answer, accept)

    async def _relay(self, call: Call, request: Request) -> Response:
        if call.target.subresource == "proxy":
            return await proxy_response(self._backend, self._node, call, request)
        if call.target.subresource == "exec":
            await check_exec(self._backend, self._node, call)
            raise bad_request("exec works over WebSocket only: use kubectl 1.30 or newer, or `lateen exec`")
        if call.method != "GET":
            raise method_not_allowed()
        return await log_response(self._backend, self._node, call)

    def _watch(self, call: Call, accept: str) -> Response:
        target = call.target
        if target.name:
            raise bad_request("a watch is for a list: use fieldSelector=metadata.name=NAME")
        version = table_version(accept)

        def shape(body: JsonObject, first: bool) -> JsonObject:
            return self._table(call, body, version, headers=first) if version else body

        watch = Watch(self._backend, call, shape)
        return StreamingResponse(watch.lines(self._closing), media_type=JSON)

    def _rendered(self, call: Call, answer: Answer, accept: str) -> Response:
        version = table_version(accept)
        body = answer.body
        if version and call.method == "GET" and not call.target.subresource:
            body = self._table(call, body, version)
        return json_response(body, answer.code, warnings=answer.warnings)

    def _table(self, call: Call, body: JsonObject, version: str, *, headers: bool = True) -> JsonObject:
        include = call.query.get("includeObject") or "Metadata"
        now = now_of(self._backend.clock.now())
        return to_table(call.target.info, body, version, now, include=include, headers=headers)


def _handler(target: Target, method: str) -> Handler:
    handlers = _handlers(target)
    if handlers is None:
        raise no_such_path()
    if method not in handlers:
        raise method_not_allowed()
    return handlers[method]


def _handlers(target: Target) -> Mapping[str, Handler] | None:
    if not target.name:
        return LIST_HANDLERS
    if not target.subresource:
        return RESOURCE_HANDLERS
    if target.subresource == "status" and target.info.status_subresource and not target.rest:
        return STATUS_HANDLERS
    if target.subresource == "scale" and target.info.id == "Deployment":
        return SCALE_HANDLERS
    return None


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1")
