"""The clients against the real server, restarts included."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.feature.api_server import api_server, node_agent

from lateen.api.problem import ResourceRef
from lateen.client.access import Access, AccessError
from lateen.client.api import ApiClient, UntrustedError
from lateen.client.error import ApiError
from lateen.client.reflector import Change, Reflector
from lateen.client.remote_command import start_command
from lateen.client.sync import SyncClient
from lateen.lib.clock import SystemClock
from lateen.store.memory import MemoryStore
from lateen.store.sqlite import SqliteStore

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"nodeName": "here", "containers": [{"name": "app", "image": "app:1"}]},
}


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


async def take(changes: AsyncIterator[Change], count: int) -> list[tuple[str, str]]:
    taken = [await asyncio.wait_for(anext(changes), 20) for _ in range(count)]
    return [(change.type.value, change.body["metadata"]["name"] if change.body else "") for change in taken]


async def test_the_async_client(tmp_path: Path) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access, ApiClient(access) as client:
        ref = ResourceRef("ConfigMap", "default", "one")
        assert await client.get(ref) is None
        created = await client.create(config_map("one", a="1"))
        with pytest.raises(ApiError) as caught:
            await client.create(config_map("one"))
        assert caught.value.is_conflict
        assert (await client.patch(ref, {"data": {"b": "2"}}))["data"] == {"a": "1", "b": "2"}
        with pytest.raises(ApiError) as caught:
            await client.replace(created)
        assert caught.value.reason == "Conflict"
        items, revision = await client.list("ConfigMap", "default", field_selector="metadata.name=one")
        assert [(item["kind"], item["metadata"]["name"]) for item in items] == [("ConfigMap", "one")]
        watch = client.watch("ConfigMap", revision)
        await client.delete(ref)
        assert (await asyncio.wait_for(anext(watch), 5)).type == "DELETED"
        await client.create(POD)
        left = await client.delete(ResourceRef("Pod", "default", "p"))
        assert left["metadata"]["deletionTimestamp"]
        status = await client.patch(ResourceRef("Pod", "default", "p"), {"status": {"phase": "Running"}}, "status")
        assert status["status"]["phase"] == "Running"
        await client.delete(ResourceRef("Pod", "default", "p"), grace_seconds=0)
        assert await client.get(ResourceRef("Pod", "default", "p")) is None


async def test_a_reflector_follows_through_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with SqliteStore(path, SystemClock()) as store, api_server(store, tmp_path) as access:
        await store.create(config_map("kept"))
        client = ApiClient(access)
        changes = Reflector(client, "ConfigMap", SystemClock(), namespace="default").changes()
        assert await take(changes, 2) == [("ADDED", "kept"), ("SYNCED", "")]
        await store.create(config_map("gone"))
        assert await take(changes, 1) == [("ADDED", "gone")]
    waiting = asyncio.ensure_future(take(changes, 2))
    async with SqliteStore(path, SystemClock()) as store:
        await store.delete(ResourceRef("ConfigMap", "default", "gone"))
        async with api_server(store, tmp_path, port=access.port):
            await store.replace(config_map("kept", a="1"))
            assert await waiting == [("DELETED", "gone"), ("MODIFIED", "kept")]
    await client.close()


async def test_a_reflector_survives_a_server_that_lost_everything(tmp_path: Path) -> None:
    store = MemoryStore(SystemClock())
    async with api_server(store, tmp_path) as access:
        for number in range(5):
            await store.create(config_map(f"n{number}"))
        client = ApiClient(access)
        reflector = Reflector(client, "ConfigMap", SystemClock())
        changes = reflector.changes()
        await take(changes, 6)
    waiting = asyncio.ensure_future(take(changes, 7))
    store = MemoryStore(SystemClock())
    await store.create(config_map("n0"))
    async with api_server(store, tmp_path, port=access.port):
        assert sorted(await waiting) == sorted(
            [*(("DELETED", f"n{number}") for number in range(5)), ("ADDED", "n0"), ("SYNCED", "")]
        )
        assert set(reflector.items) == {("default", "n0")}
    await client.close()


async def test_the_sync_client(tmp_path: Path) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access:
        await asyncio.to_thread(_use_sync_client, access)


def _use_sync_client(access: Access) -> None:
    with SyncClient(access) as client:
        assert client.text("/readyz") == "ok"
        answer = client.request("POST", CONFIG_MAPS, {**config_map("one"), "dta": 'a "b"'})
        assert answer.status == 201
        assert "dta" in answer.warnings[0]
        events = client.watch(f"{CONFIG_MAPS}?watch=true")
        assert next(events)["type"] == "ADDED"
        connection = client._connection
        assert client.patch(f"{CONFIG_MAPS}/one", {"data": {"a": "b"}}).body["data"] == {"a": "b"}
        assert client._connection is connection
        assert connection is not None
        connection.sock.close()
        connection.sock = None
        assert client.get(f"{CONFIG_MAPS}/one")["data"] == {"a": "b"}
        assert next(events)["type"] == "MODIFIED"
        events.close()
        client.delete(f"{CONFIG_MAPS}/one")
        with pytest.raises(ApiError) as caught:
            client.get(f"{CONFIG_MAPS}/one")
        assert caught.value.is_missing
        with pytest.raises(ApiError) as caught:
            client.create(CONFIG_MAPS, config_map("big", a="x" * 4_000_000))
        assert caught.value.status == 413


async def test_logs_and_commands(tmp_path: Path) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access, node_agent(tmp_path):
        await asyncio.to_thread(_use_pod, access)


def _use_pod(access: Access) -> None:
    pod = "/api/v1/namespaces/default/pods/p"
    with SyncClient(access) as client:
        client.create("/api/v1/namespaces/default/pods", POD)
        assert b"".join(client.follow(f"{pod}/log?tailLines=2")) == b"log of app tailLines=2\n"
        with pytest.raises(ApiError, match="no previous container"):
            list(client.follow(f"{pod}/log?previous=true"))
    command = start_command(access, f"{pod}/exec?command=cat&command=-&stdin=true&stdout=true&stderr=true")
    command.write(b"hello\n")
    command.end_input()
    out, err = bytearray(), bytearray()
    assert command.run(out.extend, err.extend) == 2
    command.close()
    assert (bytes(out), bytes(err)) == (b"cat -\nHELLO\n", b"to stderr\n")
    with pytest.raises(ApiError, match="not valid"):
        start_command(access, f"{pod}/exec?command=ls&container=nope")


async def test_a_client_that_breaks_off_a_command_is_no_failure_of_the_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access, node_agent(tmp_path):
        await asyncio.to_thread(_break_off, access)
        await asyncio.to_thread(SyncClient(access).get, CONFIG_MAPS)
    assert [
        record.getMessage() for record in caplog.records if record.name == "uvicorn.error" and record.exc_info
    ] == []


def _break_off(access: Access) -> None:
    pod = "/api/v1/namespaces/default/pods/p"
    with SyncClient(access) as client:
        client.create("/api/v1/namespaces/default/pods", POD)
    for _ in range(5):
        command = start_command(access, f"{pod}/exec?command=cat&command=-&stdin=true&stdout=true&stderr=true")
        command.write(b"hello\n")
        command._connection.socket.shutdown(socket.SHUT_RDWR)
        command.close()


async def test_a_server_that_is_not_there_or_not_ours(tmp_path: Path) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path / "a") as access:
        async with api_server(MemoryStore(SystemClock()), tmp_path / "b") as other:
            stranger = Access(access.server, other.ca, access.token, context="test")
            with pytest.raises(AccessError, match="does not trust"):
                await asyncio.to_thread(SyncClient(stranger).get, "/version")
            async with ApiClient(stranger) as client:
                with pytest.raises(UntrustedError):
                    await client.list("Pod")
                # Trying again can't help: how to reach the server has to be read again.
                with pytest.raises(UntrustedError):
                    await anext(Reflector(client, "Pod", SystemClock()).changes())
        async with ApiClient(Access(access.server, access.ca, "wrong")) as client:
            with pytest.raises(ApiError) as caught:
                await client.list("Pod")
            assert caught.value.status == 401
    with pytest.raises(AccessError, match="is the mesh up"):
        await asyncio.to_thread(SyncClient(access).get, "/version")


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    async with api_server(MemoryStore(SystemClock()), tmp_path) as access:
        with pytest.raises(OSError, match="in use"):
            async with api_server(MemoryStore(SystemClock()), tmp_path, port=access.port):
                pass
