"""The REST API on a real port over a store in memory, with a node agent that answers from a script."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from lateen.apiserver.app import build_app
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.serving import serve
from lateen.apiserver.user import User, token_table
from lateen.client.access import Access
from lateen.lib.clock import SystemClock
from lateen.pki.authority import ensure_server_files
from lateen.store.config_store import ConfigStore, ConflictError

TOKEN = "a-token"
READ_TOKEN = "a-reading-token"
USERS = {TOKEN: User("admin"), READ_TOKEN: User("reader", only_reads=True)}


@asynccontextmanager
async def api_server(store: ConfigStore, folder: Path, port: int = 0) -> AsyncIterator[Access]:
    """Serves while the context lasts, and yields how to reach it."""
    clock = SystemClock()
    try:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
        await store.create(with_defaults(namespace))
    except ConflictError:
        pass
    files = ensure_server_files(folder / "pki", "test", clock)
    app = build_app(store, clock, token_table(USERS), node_socket=folder / "node.sock")
    async with serve(app, port=port, files=files) as chosen:
        yield Access(f"https://127.0.0.1:{chosen}", files.authority.read_text(), TOKEN, context="test")


@asynccontextmanager
async def node_agent(folder: Path) -> AsyncIterator[None]:
    """A node agent that says what it was asked."""
    app = web.Application()
    app.router.add_get("/logs/{namespace}/{pod}/{container}", _logs)
    app.router.add_get("/exec/{namespace}/{pod}/{container}", _exec)
    app.router.add_route("*", "/proxy/{namespace}/{pod}/{port}/{path:.*}", _proxy)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(folder / "node.sock")).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def _logs(request: web.Request) -> web.StreamResponse:
    if request.query.get("previous"):
        refusal = {"kind": "Status", "reason": "BadRequest", "code": 400, "message": "there was no previous container"}
        return web.json_response(refusal, status=400)
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(f"log of {request.match_info['container']} {request.query_string}\n".encode())
    return response


async def _exec(request: web.Request) -> web.WebSocketResponse:
    """Prints the command, then its input in capitals; the exit code is the number of its words."""
    websocket = web.WebSocketResponse(protocols=("v5.channel.k8s.io", "v4.channel.k8s.io"))
    await websocket.prepare(request)
    words = request.query.getall("command")
    await websocket.send_bytes(b"\x01" + " ".join(words).encode() + b"\n")
    await websocket.send_bytes(b"\x02to stderr\n")
    if request.query.get("stdin"):
        async for message in websocket:
            if message.data == b"\xff\x00":
                break
            await websocket.send_bytes(b"\x01" + message.data[1:].upper())
    causes = [{"reason": "ExitCode", "message": str(len(words))}]
    status = {"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}
    await websocket.send_bytes(b"\x03" + json.dumps(status).encode())
    await websocket.close()
    return websocket


async def _proxy(request: web.Request) -> web.Response:
    body = await request.text()
    return web.Response(text=f"{request.method} {request.raw_path} {body}", headers={"x-from": "pod"})


async def run(*command: str, stdin: str = "", **environment: str) -> tuple[int, str, str]:
    """Runs a program to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", **environment},
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
    return process.returncode or 0, out.decode(), err.decode()
