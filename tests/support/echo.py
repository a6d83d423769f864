"""Servers that answer with what they were asked, one port for each cluster name.

Requests are answered in JSON; whoever sends anything else, which a first byte other than a capital letter tells, gets
the cluster's name and the end of the connection.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

MARK = "x-echo-mark"
"""A request header whose values are counted."""

DELAY = "x-echo-delay"
"""A request header with the seconds that the answer takes."""

STATUS = "x-echo-status"
"""A request header with the status of the answer."""

TUNNEL = b"HTTP/1.1 200 OK\r\n\r\n"
"""The answer to CONNECT: what follows goes to the server itself."""


@dataclass
class Echoes:
    """The servers' ports, and how often each got a request with which mark."""

    ports: dict[str, int] = field(default_factory=dict)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def reached(self, mark: str) -> dict[str, int]:
        """How many requests with the mark each cluster got."""
        return {cluster: count for (cluster, each), count in list(self.seen.items()) if each == mark}


@contextmanager
def echo_servers(names: Iterable[str]) -> Iterator[Echoes]:
    """The servers, for as long as the block runs. One thread serves them all."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    echoes = Echoes()
    servers: list[asyncio.Server] = []
    try:
        asyncio.run_coroutine_threadsafe(_listen(names, echoes, servers), loop).result()
        yield echoes
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(names: Iterable[str], echoes: Echoes, servers: list[asyncio.Server]) -> None:
    for name in names:
        servers.append(await asyncio.start_server(_server(name, echoes), "127.0.0.1", 0))
        echoes.ports[name] = servers[-1].sockets[0].getsockname()[1]


async def _end(servers: Iterable[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _server(
    name: str, echoes: Echoes
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while (first := await reader.readexactly(1)).isupper():
                head = first + await reader.readuntil(b"\r\n\r\n")
                headers = _headers(head)
                echoes.seen[name, headers.get(MARK, "")] += 1
                await reader.readexactly(int(headers.get("content-length", 0)))
                await asyncio.sleep(float(headers.get(DELAY, 0)))
                writer.write(TUNNEL if head.startswith(b"CONNECT ") else _answer(name, head, headers))
                await writer.drain()
            writer.write(name.encode())
            await writer.drain()
        writer.close()

    return serve


def _headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            key = name.lower()
            headers[key] = ",".join(filter(None, (headers.get(key), value.strip())))
    return headers


def _answer(name: str, head: bytes, headers: Mapping[str, str]) -> bytes:
    path = head.split(b" ", 2)[1].decode("latin-1")
    body = json.dumps({"cluster": name, "path": path, "headers": headers}).encode()
    line = f"HTTP/1.1 {headers.get(STATUS, '200')} As-Asked\r\n"
    return f"{line}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
