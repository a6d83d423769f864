"""Serves an ASGI application over HTTPS inside a running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from lateen.lib.tasks import TaskGroup
from lateen.pki.authority import ServerFiles

SHUTDOWN_SECONDS = 5
BACKLOG = 1024
KEEP_ALIVE_SECONDS = 75


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to its owner, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(
    app: Starlette, host: str = "127.0.0.1", port: int = 0, files: ServerFiles | None = None
) -> AsyncIterator[int]:
    """Serve `app` while the context lasts, over HTTPS when there are `files`. Yields the port it listens on, which the
    system chooses for `port` 0. On leaving, watches are ended and other requests get a few seconds to finish.

    Raises OSError when the port is taken."""
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_config=None,
        ssl_certfile=files.certificate if files else None,
        ssl_keyfile=files.key if files else None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ws_max_size=2**24,
        server_header=False,
    )
    config.load()
    server = _Server(config)
    async with TaskGroup() as tasks:
        running = tasks.start(server.serve(sockets=[listener]), "api server")
        try:
            up = tasks.start(server.up.wait(), "api server start")
            await asyncio.wait([up, running], return_when=asyncio.FIRST_COMPLETED)
            yield listener.getsockname()[1]
        finally:
            app.state.closing.set()
            server.should_exit = True
            await asyncio.wait([running])
            listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, the protocol makes asyncio send each part of an answer at once; else the second waits for an ACK, 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
