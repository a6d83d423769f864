"""A client of the REST API for long-running programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.schema import kind_info
from lateen.client.access import Access
from lateen.client.error import ApiError, error_from, error_from_status
from lateen.client.media_type import JSON, MERGE_PATCH
from lateen.client.resource_path import resource_path, with_query
from lateen.client.tls import tls_context

ANSWER_TIMEOUT_SECONDS = 30.0
SILENCE_SECONDS = 90.0
"""A watch says something at least each minute (a bookmark); one that is silent for this long is broken."""


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One event of a watch: ADDED, MODIFIED, DELETED or BOOKMARK. A bookmark's body has only a resourceVersion."""

    type: str
    body: JsonObject

    @property
    def revision(self) -> int:
        """The revision to resume from after this event."""
        return int(self.body["metadata"]["resourceVersion"])


class ApiClient:
    """Reads and writes resources. Every method raises ApiError for a refusal and UnreachableError without a server."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._tls = tls_context(access)
        self._session: aiohttp.ClientSession | None = None

    async def list(
        self, kind: str, namespace: str | None = None, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[JsonObject], int]:
        """The resources of `kind` (in all namespaces: None) and the revision they were read at."""
        path = with_query(_path(kind, namespace), labelSelector=label_selector, fieldSelector=field_selector)
        body = await self._request("GET", path)
        info = kind_info(kind)
        names = {"apiVersion": body["apiVersion"], "kind": info.kind}
        return [names | item for item in body["items"]], int(body["metadata"]["resourceVersion"])

    async def get(self, ref: ResourceRef) -> JsonObject | None:
        """The resource; None when there is none."""
        try:
            return await self._request("GET", _path_of(ref))
        except ApiError as error:
            if error.is_missing:
                return None
            raise

    async def create(self, body: JsonObject, kind: str = "") -> JsonObject:
        """Create a resource; `kind` is needed only where two groups have a kind of that name."""
        metadata = body.get("metadata") or {}
        return await self._request("POST", _path(kind or body["kind"], metadata.get("namespace")), body)

    async def replace(self, body: JsonObject, subresource: str = "") -> JsonObject:
        """Exchange a resource, or its `subresource` (`status`). With a resourceVersion in it, only that revision."""
        metadata = body["metadata"]
        ref = ResourceRef(body["kind"], metadata.get("namespace") or "", metadata["name"])
        return await self._request("PUT", _path_of(ref, subresource), body)

    async def patch(self, ref: ResourceRef, merge_patch: JsonObject, subresource: str = "") -> JsonObject:
        """Change what a merge patch (RFC 7396) names."""
        return await self._request("PATCH", _path_of(ref, subresource), merge_patch, MERGE_PATCH)

    async def delete(self, ref: ResourceRef, grace_seconds: int | None = None) -> JsonObject:
        """Delete a resource; for a pod, 0 says that it has stopped."""
        return await self._request("DELETE", with_query(_path_of(ref), gracePeriodSeconds=_grace(grace_seconds)))

    async def watch(
        self,
        kind: str,
        since: int,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
    ) -> AsyncIterator[WatchEvent]:
        """The changes after revision `since`, until the server ends the watch. A revision that is forgotten raises an
        ApiError that `is_too_old`."""
        path = with_query(
            _path(kind, namespace),
            watch=True,
            allowWatchBookmarks=True,
            resourceVersion=since,
            labelSelector=label_selector,
            fieldSelector=field_selector,
        )
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=ANSWER_TIMEOUT_SECONDS, sock_read=SILENCE_SECONDS)
        async with self._send("GET", path, timeout=timeout) as response:
            async for line in _lines(response, self._access.server):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise error_from_status(event["object"])
                yield WatchEvent(event["type"], event["object"])

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _request(self, method: str, path: str, body: Any = None, content: str = JSON) -> JsonObject:
        payload = None if body is None else json.dumps(body)
        headers = {"Content-Type": content} if payload is not None else {}
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_SECONDS)
        async with self._send(method, path, data=payload, headers=headers, timeout=timeout) as response:
            answer: JsonObject = await _body(response, self._access.server)
            return answer

    def _send(self, method: str, path: str, **options: Any) -> "_Exchange":
        if self._session is None or self._session.closed:
            # uvicorn closes idle connections after a few seconds; closing ours first avoids requests that get lost.
            connector = aiohttp.TCPConnector(ssl=self._tls or False, limit=0, keepalive_timeout=3.0)
            headers = self._access.headers() | {"Accept": JSON}
            self._session = aiohttp.ClientSession(connector=connector, headers=headers, trust_env=False)
        return _Exchange(self._session, self._access.server, method, path, options)


class UnreachableError(Exception):
    """The server did not answer."""


class UntrustedError(UnreachableError):
    """What answers is not the server that the access names: read again how to reach it."""


class _Exchange:
    """One request and its answer, with aiohttp's failures turned into ours."""

    def __init__(
        self, session: aiohttp.ClientSession, server: str, method: str, path: str, options: dict[str, Any]
    ) -> None:
        self._server = server
        self._request = session.request(method, server + path, **options)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            response = await self._request.__aenter__()
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise _unreachable(self._server, failure) from None
        if response.status >= 400:
            content = await _content(response, self._server)
            response.release()
            raise error_from(response.status, content)
        return response

    async def __aexit__(self, *exception: Any) -> None:
        await self._request.__aexit__(*exception)


async def _lines(response: aiohttp.ClientResponse, server: str) -> AsyncIterator[bytes]:
    rest = b""
    try:
        async for piece in response.content.iter_any():
            # Not readline(): a document may be longer than a stream's line limit.
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as failure:
        raise _unreachable(server, failure) from None


async def _body(response: aiohttp.ClientResponse, server: str) -> JsonObject:
    body: JsonObject = json.loads(await _content(response, server))
    return body


async def _content(response: aiohttp.ClientResponse, server: str) -> bytes:
    try:
        return await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as failure:
        raise _unreachable(server, failure) from None


def _unreachable(server: str, failure: Exception) -> UnreachableError:
    kind = UntrustedError if isinstance(failure, aiohttp.ClientConnectorCertificateError) else UnreachableError
    return kind(f"{server}: {failure or type(failure).__name__}")


def _path(kind: str, namespace: str | None, name: str = "", subresource: str = "") -> str:
    info = kind_info(kind)
    scope = (namespace or "") if info.namespaced else ""
    return resource_path(info.group, info.versions[0], info.plural, namespace=scope, name=name, subresource=subresource)


def _path_of(ref: ResourceRef, subresource: str = "") -> str:
    return _path(ref.kind, ref.namespace, ref.name, subresource)


def _grace(seconds: int | None) -> str | None:
    return None if seconds is None else str(seconds)
