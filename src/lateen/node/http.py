"""The node agent's HTTP interface on a Unix socket: readiness, logs, exec, and requests into pods' networks."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from lateen.lib.clock import Clock
from lateen.node.exec_session import PROTOCOLS, ExecRequest, run_exec
from lateen.node.logs import LogQuery, NoLogError, read_log, since_seconds
from lateen.node.pod_connector import PodConnector
from lateen.node.pod_worker import PodWorker
from lateen.node.shim_client import ShimError

_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
    ]
)
_LOOPBACK = "127.0.0.1"


class Agent(Protocol):
    """What runs this node's pods; `lateen.node.agent.NodeAgent`."""

    @property
    def has_reported(self) -> bool: ...

    def worker(self, namespace: str, name: str) -> PodWorker | None: ...


class NodeHttp:
    """Answers for one agent."""

    def __init__(self, agent: Agent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock

    async def start(self, path: Path) -> web.AppRunner:
        """Serve on the socket `path`; `cleanup()` of what is returned ends it."""
        app = web.Application()
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/logs/{namespace}/{pod}/{container}", self._logs)
        app.router.add_get("/exec/{namespace}/{pod}/{container}", self._exec)
        app.router.add_route("*", "/proxy/{namespace}/{pod}/{port:[0-9]+}/{path:.*}", self._proxy)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        _forget(path)
        await web.UnixSite(runner, path).start()
        _restrict(path)
        return runner

    async def _ready(self, _: web.Request) -> web.Response:
        if not self._agent.has_reported:
            raise web.HTTPServiceUnavailable(text="the API has not been told of this node's pods yet")
        return web.Response(text="ok")

    def _worker(self, request: web.Request) -> PodWorker:
        namespace, name = request.match_info["namespace"], request.match_info["pod"]
        worker = self._agent.worker(namespace, name)
        if worker is None:
            raise web.HTTPNotFound(text=f'pod "{name}" in namespace "{namespace}" does not run on this node')
        return worker

    def _container(self, request: web.Request, worker: PodWorker) -> str:
        name = request.match_info["container"]
        spec = worker.pod.spec
        if not any(c.name == name for c in (*spec.init_containers, *spec.containers)):
            raise web.HTTPNotFound(text=f"container {name} is not valid for pod {worker.pod.metadata.name}")
        return name

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        worker = self._worker(request)
        container = self._container(request, worker)
        query = _log_query(request, self._clock)
        pieces = read_log(worker.log_folder / container, query, _ended(worker, container))
        try:
            first = await anext(pieces, b"")
        except NoLogError as error:
            text = f'container "{container}" in pod "{worker.pod.metadata.name}" is waiting to start: {error}'
            raise web.HTTPBadRequest(text=text) from None
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
        return response

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        worker = self._worker(request)
        container = self._container(request, worker)
        argv = request.query.getall("command", [])
        if not argv:
            raise web.HTTPBadRequest(text="you must specify at least one command for the container")
        socket = web.WebSocketResponse(protocols=PROTOCOLS, max_msg_size=0)
        await socket.prepare(request)
        wish = ExecRequest(
            container,
            argv,
            stdin=_flag(request, "stdin"),
            stdout=_flag(request, "stdout"),
            stderr=_flag(request, "stderr"),
            tty=_flag(request, "tty"),
        )
        await run_exec(worker.shim, wish, socket)
        return socket

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        worker, port = self._worker(request), int(request.match_info["port"])
        path = request.raw_path.split("/", 5)[5]
        connector = PodConnector(worker.shim, _LOOPBACK, port)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, auto_decompress=False) as session,
                session.request(
                    request.method,
                    URL(f"http://{_LOOPBACK}:{port}/{path}", encoded=True),
                    headers=_kept(request.headers),
                    data=request.content if request.body_exists else None,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),
                ) as answer,
            ):
                return await _relay(request, answer)
        except (aiohttp.ClientError, ShimError, OSError) as error:
            raise web.HTTPBadGateway(text=f"port {port} of pod {worker.pod.metadata.name}: {error}") from None


async def _relay(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=_kept(answer.headers))
    await response.prepare(request)
    async for piece in _body(answer):
        await response.write(piece)
    await response.write_eof()
    return response


async def _body(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for piece in answer.content.iter_any():
        yield piece


def _forget(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def _restrict(socket: Path) -> None:
    socket.chmod(0o600)


def _kept(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict((key, value) for key, value in headers.items() if key.lower() not in _HOP_BY_HOP)


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() in {"1", "true"}


def _ended(worker: PodWorker, container: str) -> Callable[[], bool]:
    """Whether the incarnation that is read now has ended."""
    begun = worker.incarnation(container)
    return lambda: worker.incarnation(container) != begun or not worker.is_running(container)


def _log_query(request: web.Request, clock: Clock) -> LogQuery:
    query = request.query
    try:
        since = query.get("sinceTime", "")
        if seconds := query.get("sinceSeconds"):
            since = since_seconds(float(seconds), clock.now())
        return LogQuery(
            follow=_flag(request, "follow"),
            previous=_flag(request, "previous"),
            timestamps=_flag(request, "timestamps"),
            tail=_number(query.get("tailLines")),
            since=since.removesuffix("Z"),
            limit_bytes=_number(query.get("limitBytes")),
        )
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"not a number: {error}") from None


def _number(text: str | None) -> int | None:
    return None if text is None or text == "" else max(0, int(text))
