"""A client of the REST API for the command line: one thread, one connection, only the standard library."""

import http.client
import json
import socket
import ssl
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from lateen.client.access import Access, AccessError
from lateen.client.error import JsonObject, error_from, error_from_status
from lateen.client.media_type import JSON, MERGE_PATCH
from lateen.client.tls import tls_context

CONNECT_TIMEOUT_SECONDS = 10.0
ANSWER_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the decoded body and the server's warnings."""

    status: int
    body: JsonObject
    warnings: tuple[str, ...] = field(default=())


class SyncClient:
    """Talks to one API over one kept-alive connection, which is opened by the first request and again when lost."""

    def __init__(self, access: Access, timeout: float = ANSWER_TIMEOUT_SECONDS) -> None:
        self.access = access
        self._timeout = timeout
        self._tls: ssl.SSLContext | None = None
        self._connection: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, body: Any = None, *, content: str = JSON, accept: str = "") -> Answer:
        """Send a request; `body` is encoded as JSON, `path` begins with `/api`, `/apis` or another root.

        Raises ApiError for a refusal and AccessError when the server can't be reached."""
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Accept": accept or JSON}
        if payload is not None:
            headers["Content-Type"] = content
        response = self._send(method, path, payload, headers)
        raw = self._receive(response)
        if response.status >= http.client.BAD_REQUEST:
            raise error_from(response.status, raw)
        warnings = tuple(_warning(text) for text in response.headers.get_all("Warning", []))
        return Answer(response.status, _decoded(raw), warnings)

    def get(self, path: str, *, accept: str = "") -> JsonObject:
        """The document at `path`."""
        return self.request("GET", path, accept=accept).body

    def create(self, path: str, body: JsonObject) -> Answer:
        """Create a resource in the list at `path`."""
        return self.request("POST", path, body)

    def replace(self, path: str, body: JsonObject) -> Answer:
        """Exchange the resource at `path`."""
        return self.request("PUT", path, body)

    def patch(self, path: str, patch: Any, content: str = MERGE_PATCH) -> Answer:
        """Change the resource at `path`."""
        return self.request("PATCH", path, patch, content=content)

    def delete(self, path: str, options: JsonObject | None = None) -> Answer:
        """Delete the resource at `path`."""
        return self.request("DELETE", path, options)

    def text(self, path: str) -> str:
        """The plain text at `path`, as of `/readyz`."""
        response = self._send("GET", path, None, {})
        raw = self._receive(response)
        if response.status >= http.client.BAD_REQUEST:
            raise error_from(response.status, raw)
        return raw.decode("utf-8", "replace")

    def follow(self, path: str, *, accept: str = "") -> Generator[bytes, None, None]:
        """What the server sends at `path`, piece by piece as it arrives (logs), over a connection of its own."""
        headers = self.access.headers() | ({"Accept": accept} if accept else {})
        with closing(self._connect()) as connection:
            response = _exchange(connection, self.access, "GET", path, None, headers)
            if response.status >= http.client.BAD_REQUEST:
                raise error_from(response.status, response.read())
            _wait_forever(connection)
            while piece := _piece(response, self.access):
                yield piece

    def watch(self, path: str, *, accept: str = "") -> Generator[JsonObject, None, None]:
        """The events of the watch at `path`. Raises ApiError for an ERROR event."""
        rest = b""
        for piece in self.follow(path, accept=accept):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                event: JsonObject = json.loads(line)
                if event.get("type") == "ERROR":
                    raise error_from_status(event.get("object") or {})
                yield event

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "SyncClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, method: str, path: str, payload: bytes | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        headers = {**headers, **self.access.headers()}
        reused = self._connection is not None
        connection = self._connection = self._connection or self._connect()
        try:
            return _exchange(connection, self.access, method, path, payload, headers)
        except LostError:
            self.close()
            if not reused:
                raise
        # The server may close an idle connection at any time. Should it have acted on the request after all, sending
        # it again is answered with AlreadyExists, Conflict or NotFound: nothing is done twice.
        return self._send(method, path, payload, headers)

    def _receive(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read()
        except (OSError, http.client.HTTPException) as failure:
            self.close()
            raise AccessError(f"{self.access.server} broke off its answer: {failure}") from None

    def _connect(self) -> http.client.HTTPConnection:
        access = self.access
        connection: http.client.HTTPConnection
        if access.is_tls:
            self._tls = self._tls or tls_context(access)
            connection = http.client.HTTPSConnection(
                access.host, access.port, timeout=CONNECT_TIMEOUT_SECONDS, context=self._tls
            )
        else:
            connection = http.client.HTTPConnection(access.host, access.port, timeout=CONNECT_TIMEOUT_SECONDS)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as failure:
            raise AccessError(
                f"{access.server} shows a certificate that context {access.context!r} does not trust "
                f"({failure.verify_message}): is another mesh on that port?"
            ) from None
        except OSError as failure:
            raise AccessError(unreachable(access, failure)) from None
        sock = connection.sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(self._timeout)
        return connection


def unreachable(access: Access, failure: OSError) -> str:
    """What to tell a user when there is no connection."""
    return f"can't connect to {access.server} ({failure.strerror or failure}): is the mesh up? See `lateen status`."


class LostError(AccessError):
    """The connection ended before any answer."""


def _exchange(
    connection: http.client.HTTPConnection,
    access: Access,
    method: str,
    path: str,
    payload: bytes | None,
    headers: dict[str, str],
) -> http.client.HTTPResponse:
    try:
        connection.request(method, access.prefix + path, payload, headers)
        return connection.getresponse()
    except TimeoutError:
        raise AccessError(f"{access.server} did not answer in time: is the machine overloaded?") from None
    except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
        raise LostError(f"{access.server} closed the connection without an answer") from None
    except (OSError, http.client.HTTPException) as failure:
        raise AccessError(f"{access.server}: {failure}") from None


def _piece(response: http.client.HTTPResponse, access: Access) -> bytes:
    try:
        return response.read1()
    except (OSError, http.client.HTTPException):
        raise AccessError(f"{access.server} broke off: has the control plane stopped? See `lateen status`.") from None


def _wait_forever(connection: http.client.HTTPConnection) -> None:
    # Nothing may happen for hours in a log or a watch.
    if connection.sock is not None:
        connection.sock.settimeout(None)


def _warning(text: str) -> str:
    # 299 - "the text"
    quoted = text.partition('"')[2].rpartition('"')[0]
    return quoted.replace('\\"', '"').replace("\\\\", "\\") or text


def _decoded(raw: bytes) -> JsonObject:
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise AccessError("the server's answer is no JSON: is it a Kubernetes API?") from None
    return body if isinstance(body, dict) else {}
