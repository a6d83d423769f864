import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from lateen.apiserver.auth import Authentication
from lateen.apiserver.user import User, token_table

USERS = {"secret": User("admin"), "look": User("reader", only_reads=True)}


async def send_request(path: str, authorization: str = "", method: str = "GET", kind: str = "http") -> tuple[int, Any]:
    """The status, and the user's name or the refusal; 0 for a request that came through without a user."""
    sent: list[MutableMapping[str, Any]] = []
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["state"]["user"].name if "user" in scope.get("state", {}) else "")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    headers = [(b"authorization", authorization.encode())] if authorization else []
    scope = {"type": kind, "method": method, "path": path, "headers": headers}
    await Authentication(app, token_table(USERS))(scope, receive, send)
    if seen:
        return 0, seen[0]
    return sent[0]["status"], json.loads(sent[1]["body"])["reason"]


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("Bearer secret", (0, "admin")),
        ("bearer secret", (0, "admin")),
        ("Bearer wrong", (401, "Unauthorized")),
        ("Bearer sécret", (401, "Unauthorized")),
        ("Basic secret", (401, "Unauthorized")),
        ("", (401, "Unauthorized")),
    ],
)
async def test_only_known_tokens_come_through(authorization: str, expected: tuple[int, str]) -> None:
    assert await send_request("/api/v1/pods", authorization) == expected


async def test_health_and_version_are_open() -> None:
    assert [await send_request(path) for path in ("/healthz", "/livez", "/readyz", "/version")] == [(0, "")] * 4
    assert (await send_request("/healthz/x"))[0] == 401


async def test_a_reader_reads_and_asks_about_itself() -> None:
    assert await send_request("/api/v1/pods", "Bearer look") == (0, "reader")
    assert await send_request("/api/v1/pods", "Bearer look", "POST") == (403, "Forbidden")
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert await send_request(review, "Bearer look", "POST") == (0, "reader")


async def test_a_reader_runs_no_commands_over_http_either() -> None:
    assert await send_request("/api/v1/namespaces/a/pods/p/exec", "Bearer look", "POST") == (403, "Forbidden")
