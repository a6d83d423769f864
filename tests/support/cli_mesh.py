"""The command line against the real REST API over a store in memory, with a node and proxies that answer by script."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from click.testing import CliRunner
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lateen.api.meta import JsonObject
from lateen.apiserver.app import build_app
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.serving import serve
from lateen.apiserver.user import User, token_table
from lateen.cli.root import root
from lateen.client.access import Access
from lateen.client.sync import SyncClient
from lateen.lib.clock import SystemClock
from lateen.store.memory import MemoryStore

TOKEN = "a-token"
NAMESPACES = ("default", "istio-system")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed and how it ended."""

    out: str
    err: str
    code: int

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class CliMesh:
    """A mesh whose parts behind the API are scripts.

    `logs` by `pod/container`, `envoy` by `pod/path` (without query), `syncz` and `distribution` are what the control
    plane says of its proxies. `execs` are the commands that were run; each prints its words and `exit N` sets its code.
    """

    folder: Path
    logs: dict[str, str] = field(default_factory=dict)
    envoy: dict[str, Any] = field(default_factory=dict)
    syncz: list[JsonObject] = field(default_factory=list)
    distribution: JsonObject = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    execs: list[list[str]] = field(default_factory=list)
    output_of: Callable[[list[str]], str] = " ".join
    access: Access = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _stop: asyncio.Event = field(init=False)
    _thread: threading.Thread = field(init=False)

    def run(self, *words: str, stdin: str = "", code: int = 0) -> Ran:
        """Run a command; it must end with `code`."""
        result = CliRunner().invoke(root, list(words), input=stdin, catch_exceptions=False)
        ran = Ran(result.stdout, result.stderr, result.exit_code)
        assert ran.code == code, f"{words}: exit {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def apply(self, text: str) -> Ran:
        """`lateen apply -f -`."""
        return self.run("apply", "-f", "-", stdin=text)

    @property
    def client(self) -> SyncClient:
        return SyncClient(self.access)

    def add(self, path: str, body: JsonObject, status: JsonObject | None = None) -> None:
        """Create a resource, and write its status as a controller would."""
        with self.client as client:
            client.create(path, body)
            if status is not None:
                client.patch(f"{path}/{body['metadata']['name']}/status", {"status": status})

    def start(self) -> None:
        """Serve until `stop`."""
        up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(up)), daemon=True)
        self._thread.start()
        assert up.wait(10)

    def stop(self, *, wait: bool = True) -> None:
        """End the API, as when the control plane is killed; with `wait` return when it has ended."""
        if self._thread.is_alive() and not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._stop.set)
        if wait:
            self._thread.join(10)

    async def _serve(self, up: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        store, clock = MemoryStore(SystemClock()), SystemClock()
        for name in NAMESPACES:
            await store.create(with_defaults({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
        routes = [Route("/debug/syncz", self._syncz), Route("/distribution", self._distribution)]
        users = token_table({TOKEN: User("admin")})
        app = build_app(store, clock, users, node_socket=self.folder / "node.sock", routes=routes)
        runner = web.AppRunner(self._node())
        await runner.setup()
        await web.UnixSite(runner, str(self.folder / "node.sock")).start()
        async with serve(app) as port:
            self.access = Access(f"http://127.0.0.1:{port}", token=TOKEN, context="test")
            up.set()
            await self._stop.wait()
        await runner.cleanup()

    async def _syncz(self, _: Request) -> Response:
        return JSONResponse(self.syncz)

    async def _distribution(self, request: Request) -> Response:
        self.asked.append(str(request.url.query))
        if not self.distribution:
            return Response(status_code=404)
        return JSONResponse(self.distribution)

    def _node(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/logs/{namespace}/{pod}/{container}", self._logs)
        app.router.add_get("/exec/{namespace}/{pod}/{container}", self._exec)
        app.router.add_route("*", "/proxy/{namespace}/{pod}/{port}/{path:.*}", self._proxy)
        return app

    async def _logs(self, request: web.Request) -> web.Response:
        name = f"{request.match_info['pod']}/{request.match_info['container']}"
        self.asked.append(request.query_string)
        return web.Response(text=self.logs.get(name, ""))

    async def _proxy(self, request: web.Request) -> web.Response:
        self.asked.append(request.raw_path)
        found = self.envoy.get(f"{request.match_info['pod']}/{request.match_info['path']}")
        if found is None:
            return web.Response(status=404, text="nothing there")
        answer = found.pop(0) if isinstance(found, list) else found
        return web.Response(text=json.dumps(answer))

    async def _exec(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(protocols=("v5.channel.k8s.io",))
        await websocket.prepare(request)
        words = request.query.getall("command")
        self.execs.append(words)
        code = int(words[1]) if words[0] == "exit" else 0
        text = self.output_of(words)
        if request.query.get("stdin"):
            text = await _input(websocket)
        await websocket.send_bytes(b"\x01" + text.encode())
        await websocket.send_bytes(b"\x03" + json.dumps(_status(code)).encode())
        await websocket.close()
        return websocket


async def _input(websocket: web.WebSocketResponse) -> str:
    content = b""
    async for message in websocket:
        if message.data == b"\xff\x00":
            break
        content += message.data[1:]
    return content.decode().upper()


def _status(code: int) -> JsonObject:
    if not code:
        return {"status": "Success"}
    cause = {"reason": "ExitCode", "message": str(code)}
    return {"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": [cause]}}


@contextmanager
def cli_mesh(folder: Path) -> Iterator[CliMesh]:
    """A mesh that is served while the context lasts."""
    mesh = CliMesh(folder)
    mesh.start()
    try:
        yield mesh
    finally:
        mesh.stop(wait=False)  # it ends by itself, and the next test need not wait for that


def pod(
    name: str,
    *,
    app: str = "",
    version: str = "v1",
    ip: str = "",
    ready: bool = True,
    proxy: bool = True,
    **metadata: Any,  # Any: fields of metadata
) -> tuple[JsonObject, JsonObject]:
    """A pod and its status."""
    containers = [
        {"name": "app", "image": "app:1"},
        *([{"name": "istio-proxy", "image": "proxyv2:1"}] if proxy else []),
    ]
    body: JsonObject = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": app or name, "version": version}, **metadata},
        "spec": {"nodeName": "one", "containers": containers},
    }
    states = [
        {"name": each["name"], "ready": ready, "state": {"running": {}}, "restartCount": 0} for each in containers
    ]
    condition = {"type": "Ready", "status": str(ready)}
    return body, {"phase": "Running", "podIP": ip, "conditions": [condition], "containerStatuses": states}


PODS = "/api/v1/namespaces/default/pods"
