"""The REST API as an ASGI application, shaped like Kubernetes' so that kubectl works on it."""

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

import lateen
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.apiserver import discovery, review
from lateen.apiserver.answer import json_response, refuse, status_response
from lateen.apiserver.auth import Authentication
from lateen.apiserver.body import decode_document, read_content
from lateen.apiserver.call import Admit, Backend, Call
from lateen.apiserver.openapi import openapi_document, openapi_index
from lateen.apiserver.pod_relay import NodeAgent, relay_exec
from lateen.apiserver.resource import Resources
from lateen.apiserver.status import StatusError, internal_error, no_such_path
from lateen.apiserver.target import parse_target
from lateen.apiserver.user import Authenticate, User
from lateen.lib.clock import Clock
from lateen.store.config_store import ConfigStore
from lateen.store.database import StoreFileError
from lateen.store.feed import StoreClosedError
from lateen.store.memory import new_uid
from lateen.validation.validate import validate

log = logging.getLogger(__name__)

KUBERNETES_MINOR = "32"
"""The minor version of Kubernetes whose API this one is modelled on; kubectl compares it with its own."""

OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

ReadyCheck = Callable[[], Awaitable[Mapping[str, str]]]
"""What is not ready, and why; empty when all is."""


async def always_ready() -> Mapping[str, str]:
    """Nothing stands in the way."""
    return {}


def validate_document(body: JsonObject, strict: bool) -> Sequence[Problem]:
    """Every problem of a document on its own."""
    return validate(body, strict=strict)


def build_app(
    store: ConfigStore,
    clock: Clock,
    authenticate: Authenticate,
    *,
    admit: Sequence[Admit] = (),
    node_socket: Path | None = None,
    ready: ReadyCheck = always_ready,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The API over `store`. `admit` changes new resources before they are stored (sidecars), `routes` come before the
    API's own. `app.state.closing` is an event that ends all watches when set: `serve` sets it."""
    backend = Backend(store, clock, validate_document, admit, new_uid)
    node, closing = NodeAgent(node_socket), asyncio.Event()
    resources = Resources(backend, node, closing)
    app = Starlette(
        routes=[
            *routes,
            *_meta_routes(ready),
            *_discovery_routes(),
            WebSocketRoute("/{path:path}", _exec_endpoint(backend, node)),
            Route("/{path:path}", resources, methods=None),
        ],
        middleware=[Middleware(Authentication, authenticate=authenticate)],
        exception_handlers={StatusError: _on_refusal, HTTPStatus.NOT_FOUND: _on_missing, Exception: _on_failure},
    )
    app.state.closing = closing
    return app


def _meta_routes(ready: ReadyCheck) -> list[BaseRoute]:
    async def readyz(request: Request) -> Response:
        missing = await ready()
        if not missing:
            return PlainTextResponse("ok")
        lines = "".join(f"[-]{name} failed: {why}\n" for name, why in missing.items())
        return PlainTextResponse(lines + "readyz check failed\n", HTTPStatus.INTERNAL_SERVER_ERROR)

    return [
        Route("/healthz", _alive),
        Route("/livez", _alive),
        Route("/readyz", readyz),
        Route("/version", _version),
        Route("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", _access_review, methods=["POST"]),
        Route("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", _rules_review, methods=["POST"]),
        Route("/apis/authentication.k8s.io/{version}/selfsubjectreviews", _self_review, methods=["POST"]),
    ]


def _discovery_routes() -> list[BaseRoute]:
    return [
        Route("/api", _core_versions),
        Route("/apis", _group_list),
        Route("/apis/{group}", _group),
        Route("/api/{version}", _resource_list),
        Route("/apis/{group}/{version}", _resource_list),
        Route("/openapi/v2", _openapi_v2),
        Route("/openapi/v3", _openapi_v3),
        Route("/openapi/v3/api/{version}", _openapi_group),
        Route("/openapi/v3/apis/{group}/{version}", _openapi_group),
    ]


async def _alive(request: Request) -> Response:
    return PlainTextResponse("ok")


async def _version(request: Request) -> Response:
    return json_response(
        {
            "major": "1",
            "minor": KUBERNETES_MINOR,
            "gitVersion": f"v1.{KUBERNETES_MINOR}.0+lateen-{lateen.__version__}",
            "gitCommit": "",
            "gitTreeState": "",
            "buildDate": "",
            "goVersion": "",
            "compiler": platform.python_implementation(),
            "platform": f"{platform.system().lower()}/{platform.machine()}",
        }
    )


async def _access_review(request: Request) -> Response:
    return json_response(review.access_review(_user(request), await _document(request)), HTTPStatus.CREATED)


async def _rules_review(request: Request) -> Response:
    return json_response(review.rules_review(_user(request)), HTTPStatus.CREATED)


async def _self_review(request: Request) -> Response:
    return json_response(review.self_review(_user(request)), HTTPStatus.CREATED)


async def _core_versions(request: Request) -> Response:
    return _discovered(request, discovery.core_versions(), core=True)


async def _group_list(request: Request) -> Response:
    return _discovered(request, discovery.group_list(), core=False)


def _discovered(request: Request, body: JsonObject, *, core: bool) -> Response:
    version = discovery.aggregated_version(request.headers.get("accept", ""))
    if not version:
        return json_response(body)
    body, content_type = discovery.aggregated(version, core=core)
    return json_response(body, headers={"content-type": content_type, "vary": "Accept"})


async def _group(request: Request) -> Response:
    return _found(discovery.group_document(request.path_params["group"]))


async def _resource_list(request: Request) -> Response:
    group = request.path_params.get("group", "")
    return _found(discovery.resource_list(group, request.path_params["version"]))


async def _openapi_v2(request: Request) -> Response:
    # kubectl before 1.27 insists on this document, and is content with an empty one.
    return Response(b"", media_type=OPENAPI_V2)


async def _openapi_v3(request: Request) -> Response:
    return json_response(openapi_index())


async def _openapi_group(request: Request) -> Response:
    return _found(openapi_document(request.path_params.get("group", ""), request.path_params["version"]))


def _found(body: JsonObject | None) -> Response:
    if body is None:
        raise no_such_path()
    return json_response(body)


def _exec_endpoint(backend: Backend, node: NodeAgent) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(websocket: WebSocket) -> None:
        target = parse_target(websocket.url.path)
        try:
            if target is None or target.info.id != "Pod" or target.subresource != "exec":
                raise no_such_path()
            call = Call("GET", target, websocket.state.user, dict(websocket.query_params))
            await relay_exec(backend, node, call, websocket)
        except StatusError as refusal:
            await refuse(websocket.scope, websocket.receive, websocket.send, refusal)

    return endpoint


def _user(request: Request) -> User:
    user: User = request.state.user
    return user


async def _document(request: Request) -> JsonObject:
    content = await read_content(request.stream())
    return decode_document(request.headers.get("content-type", ""), content)


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, StatusError)  # noqa: S101 - registered for these only
    return status_response(refusal)


async def _on_missing(request: Request, _: Exception) -> Response:
    return status_response(no_such_path())


async def _on_failure(request: Request, failure: Exception) -> Response:
    if isinstance(failure, StoreFileError | StoreClosedError):
        return status_response(internal_error(str(failure)))
    return status_response(internal_error(f"{type(failure).__name__}; the control plane's log has the details"))
