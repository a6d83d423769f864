"""Subresources of pods that their node answers: `log`, `exec` and `proxy`, passed on over its agent's socket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import aiohttp
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from yarl import URL

from lateen.api.pod import Pod
from lateen.api.schema import kind_info
from lateen.apiserver.call import Backend, Call
from lateen.apiserver.reading import find
from lateen.apiserver.status import StatusError, bad_request, not_found, unavailable
from lateen.apiserver.target import Target
from lateen.client.error import error_from
from lateen.lib.tasks import TaskGroup

EXEC_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")

LOG_PARAMETERS = ("follow", "previous", "tailLines", "timestamps", "sinceSeconds", "sinceTime", "limitBytes")
EXEC_SWITCHES = ("stdin", "stdout", "stderr", "tty")

CONNECT_SECONDS = 5.0

HOP_HEADERS = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection", "content-length"}
)
"""Headers that are about one connection, not about the message (RFC 9110, 7.6.1)."""

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


class NodeAgent:
    """The node's HTTP server on a unix socket."""

    def __init__(self, socket: Path | None) -> None:
        self._socket = socket

    def session(self) -> aiohttp.ClientSession:
        """A session for one exchange. Raises StatusError without a node."""
        if self._socket is None:
            raise unavailable("this control plane has no node: logs, exec and proxy need one")
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        # What a pod answers is passed on byte by byte, packed as it is.
        return aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(path=str(self._socket)), timeout=timeout, auto_decompress=False
        )

    def absent(self, failure: Exception) -> StatusError:
        """The refusal for when the agent does not answer."""
        why = getattr(failure, "strerror", None) or failure
        return unavailable(f"the node agent does not answer on {self._socket} ({why}): see `lateen status`")


async def log_response(backend: Backend, node: NodeAgent, call: Call) -> Response:
    """A container's log as text, as it grows with `follow=true`. Raises StatusError."""
    pod = await _pod(backend, call.target)
    container = container_of(pod, call.query.get("container", ""))
    asked = {name: call.query[name] for name in LOG_PARAMETERS if call.query.get(name)}
    path = f"/logs/{_joined(call.target.namespace, call.target.name, container)}?{urlencode(asked)}"
    return await _pass_on(node, "GET", path, media_type="text/plain")


async def proxy_response(backend: Backend, node: NodeAgent, call: Call, request: Request) -> Response:
    """What a pod answers on one of its ports. Raises StatusError."""
    name, _, port = call.target.name.partition(":")
    if ":" in port:
        # `https:name:port` and `http:name:port`, as Kubernetes writes them.
        _, name, port = call.target.name.split(":", 2)
    pod = await _pod(backend, Target(kind_info("Pod"), "", "v1", call.target.namespace, name))
    number = _port_of(pod, port)
    query = f"?{request.url.query}" if request.url.query else ""
    path = f"/proxy/{_joined(call.target.namespace, name, str(number))}/{call.target.rest}{query}"
    headers = {
        name: value for name, value in request.headers.items() if name not in (*HOP_HEADERS, "authorization", "host")
    }
    return await _pass_on(node, call.method, path, headers=headers, content=call.content)


async def relay_exec(backend: Backend, node: NodeAgent, call: Call, websocket: WebSocket) -> None:
    """Run a command in a container: frames are passed between the client and the node. Raises StatusError before the
    connection is accepted."""
    pod = await _pod(backend, call.target)
    container = container_of(pod, call.query.get("container", ""))
    protocol = _protocol(websocket.headers)
    commands = [("command", part) for part in websocket.query_params.getlist("command")]
    if not commands:
        raise bad_request("you must specify at least 1 command for the container")
    switches = [(name, "true") for name in EXEC_SWITCHES if call.query.get(name) in ("true", "1")]
    path = f"/exec/{_joined(call.target.namespace, call.target.name, container)}?{urlencode([*commands, *switches])}"
    async with node.session() as session:
        try:
            remote = await session.ws_connect(
                URL(f"http://node{path}", encoded=True), protocols=[protocol], max_msg_size=0
            )
        except aiohttp.WSServerHandshakeError as refusal:
            raise unavailable(f"the node agent refused: {refusal.message} ({refusal.status})") from None
        except (aiohttp.ClientError, OSError) as failure:
            raise node.absent(failure) from None
        async with remote:
            await websocket.accept(subprotocol=protocol)
            await _relay(websocket, remote)


async def check_exec(backend: Backend, node: NodeAgent, call: Call) -> None:
    """Refuse a command that could not be run. kubectl shows only this refusal, that of its second try. Raises
    StatusError."""
    container_of(await _pod(backend, call.target), call.query.get("container", ""))
    async with node.session() as session:
        try:
            await session.head("http://node/")
        except (aiohttp.ClientError, OSError) as failure:
            raise node.absent(failure) from None


def container_of(pod: Pod, asked: str) -> str:
    """The container that is meant: the one asked for, the annotated one, or the first. Raises StatusError."""
    containers = [*pod.spec.init_containers, *pod.spec.containers]
    names = [container.name for container in containers]
    if not asked:
        preferred = pod.metadata.annotations.get(DEFAULT_CONTAINER, "")
        return preferred if preferred in names else pod.spec.containers[0].name
    if asked not in names:
        raise bad_request(f"container {asked} is not valid for pod {pod.metadata.name}: it has {', '.join(names)}")
    return asked


def _port_of(pod: Pod, asked: str) -> int:
    ports = [port for container in pod.spec.containers for port in container.ports]
    if asked.isdecimal():
        return int(asked)
    for port in ports:
        if not asked or port.name == asked:
            return port.container_port
    raise bad_request(
        f"pod {pod.metadata.name} has no port {asked!r}: name one with pods/{pod.metadata.name}:PORT/proxy"
    )


async def _pod(backend: Backend, target: Target) -> Pod:
    stored = await find(backend, target)
    if not isinstance(stored.resource, Pod):
        raise not_found(target.info, target.name)
    if not stored.resource.spec.node_name:
        raise bad_request(f"pod {target.name} is not on a node yet: see `kubectl describe pod {target.name}`")
    return stored.resource


def _protocol(headers: Headers) -> str:
    offered = [protocol.strip() for protocol in headers.get("sec-websocket-protocol", "").split(",")]
    for protocol in EXEC_PROTOCOLS:
        if protocol in offered:
            return protocol
    raise bad_request(f"exec needs one of the WebSocket protocols {', '.join(EXEC_PROTOCOLS)}")


async def _pass_on(
    node: NodeAgent,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    media_type: str = "",
) -> Response:
    session = node.session()
    try:
        # The path is passed on as it came: encoded already.
        url = URL(f"http://node{path}", encoded=True)
        answer = await session.request(method, url, headers=headers, data=content or None, allow_redirects=False)
    except (aiohttp.ClientError, OSError) as failure:
        await session.close()
        raise node.absent(failure) from None
    if media_type and answer.status >= 400:
        error = error_from(answer.status, await answer.read())
        await session.close()
        raise StatusError(error.status, error.reason, error.message, error.details)
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_HEADERS}
    if media_type:
        kept = {"content-type": media_type}
    return StreamingResponse(_pieces(session, answer), answer.status, kept)


async def _pieces(session: aiohttp.ClientSession, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async with session, answer:
        async for piece in answer.content.iter_any():
            yield piece


async def _relay(websocket: WebSocket, remote: aiohttp.ClientWebSocketResponse) -> None:
    async with TaskGroup() as tasks:
        ways = [
            tasks.start(_to_node(websocket, remote), "exec input"),
            tasks.start(_to_client(websocket, remote), "exec output"),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    if websocket.application_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):  # the client may have gone first
            await websocket.close()


async def _to_node(websocket: WebSocket, remote: aiohttp.ClientWebSocketResponse) -> None:
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (content := message.get("bytes")) is not None:
                await remote.send_bytes(content)
            elif (text := message.get("text")) is not None:
                await remote.send_str(text)
    except (aiohttp.ClientError, WebSocketDisconnect, ConnectionError):
        return


async def _to_client(websocket: WebSocket, remote: aiohttp.ClientWebSocketResponse) -> None:
    try:
        async for message in remote:
            if message.type is aiohttp.WSMsgType.BINARY:
                await websocket.send_bytes(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                await websocket.send_text(message.data)
    except (WebSocketDisconnect, ConnectionError, RuntimeError):
        return


def _joined(*parts: str) -> str:
    return "/".join(quote(part, safe="") for part in parts)
