"""Real Envoy over the real server: changes under load lose nothing, and a new control plane is joined at once."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from tests.support.running_envoy import RunningEnvoy, free_port, running_envoy
from tests.support.xds_mesh import RULE, XdsMesh, weighted

from lateen.ir.config import Layer
from lateen.ir.route import RouteConfig
from lateen.lib.tasks import TaskGroup
from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap

pytestmark = pytest.mark.root


async def _answer(name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(name), name.encode()))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


@asynccontextmanager
async def backends(*names: str) -> AsyncIterator[dict[str, int]]:
    """A server for each name, that answers with it; their ports."""
    async with AsyncExitStack() as stack:
        ports = {}
        for name in names:
            server = await asyncio.start_server(lambda r, w, name=name: _answer(name, r, w), "127.0.0.1", 0)  # type: ignore[misc]
            stack.callback(server.close)
            ports[name] = server.sockets[0].getsockname()[1]
        yield ports


class Load:
    """Requests over one kept connection, one after the other, until stopped; counts answers by body."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first request is sent."""

    async def run(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while True:
            writer.write(b"GET / HTTP/1.1\r\nhost: web\r\n\r\n")
            if not self.first.done():
                self.first.set_result(None)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
            )
            body = (await reader.readexactly(length)).decode()
            if head.startswith(b"HTTP/1.1 200"):
                self.answers[body] += 1
            else:
                self.failures.append(head.decode())

    async def more(self, count: int = 50) -> None:
        """Wait for `count` more answers."""
        goal = self.answers.total() + len(self.failures) + count
        async with asyncio.timeout(20):
            while self.answers.total() + len(self.failures) < goal:
                await asyncio.sleep(0.002)


@asynccontextmanager
async def sidecar(mesh: XdsMesh, folder: Path) -> AsyncIterator[RunningEnvoy]:
    settings = BootstrapSettings(
        node_id="sidecar~127.0.0.1~web.default~default.svc.cluster.local",
        node_cluster="web.default",
        xds_socket=str(mesh.socket),
        admin_port=free_port(),
        readiness_port=free_port(),
        stats_port=free_port(),
    )
    running = running_envoy(build_bootstrap(settings), folder)
    envoy = await asyncio.to_thread(running.__enter__)
    try:
        await mesh.connected()
        yield envoy
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@asynccontextmanager
async def world(folder: Path, layer: Layer, linger: float = 0.0) -> AsyncIterator[tuple[XdsMesh, RunningEnvoy]]:
    mesh = XdsMesh(folder / "xds.sock", linger)
    mesh.layer = layer
    await mesh.serve()
    try:
        async with sidecar(mesh, folder) as envoy:
            yield mesh, envoy
    finally:
        await mesh.server.stop()


async def serving(port: int) -> None:
    """Wait until something listens."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


async def test_changes_under_load_lose_no_request(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1", "v2", "v3") as ports,
        world(tmp_path, weighted(listen, {"v1": ports["v1"]}, {"v1": 1})) as (mesh, envoy),
        TaskGroup() as tasks,
    ):
        await serving(listen)
        load = Load(listen)
        running = tasks.start(load.run(), "load")
        await load.more()
        for turn in range(10):
            two, three = ("v2", "v3") if turn % 2 else ("v3", "v2")
            assert (await mesh.publish(weighted(listen, {n: ports[n] for n in ("v1", two)}, {two: 1}))).acked == 1
            await load.more()
            assert (await mesh.publish(weighted(listen, {n: ports[n] for n in (two, three)}, {three: 1}))).acked == 1
            await load.more()
            outcome = await mesh.publish(weighted(listen, {n: ports[n] for n in ("v1", three)}, {"v1": 50, three: 50}))
            assert outcome.complete
            await load.more()
        assert not running.done()
        assert load.failures == []
        assert min(load.answers[name] for name in ("v1", "v2", "v3")) > 100
        assert await asyncio.to_thread(mesh_clusters, envoy) == {"v1", three}


async def test_a_request_that_is_held_up_still_finds_a_cluster_that_routes_no_longer_name(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1", "v2") as ports,
        world(tmp_path, weighted(listen, {"v1": ports["v1"]}, {"v1": 1}, delay_ms=1000), 2.0) as (mesh, envoy),
        TaskGroup() as tasks,
    ):
        await serving(listen)
        load = Load(listen)
        running = tasks.start(load.run(), "load")
        await load.first
        assert (await mesh.publish(weighted(listen, {"v2": ports["v2"]}, {"v2": 1}))).acked == 1
        assert not load.answers
        await load.more(10)
        assert not running.done()
        assert (load.failures, load.answers["v1"], load.answers["v2"] >= 9) == ([], 1, True)
        async with asyncio.timeout(10):
            while await asyncio.to_thread(mesh_clusters, envoy) != {"v2"}:
                await asyncio.sleep(0.02)


def mesh_clusters(envoy: RunningEnvoy) -> set[str]:
    names = {line.partition("::")[0] for line in envoy.admin("/clusters").splitlines()}
    return names & {"v1", "v2", "v3"}


async def test_a_changed_cluster_does_not_wait_for_endpoints_that_nobody_sends(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1") as ports,
        world(tmp_path, weighted(listen, ports, {"v1": 1})) as (mesh, envoy),
    ):
        outcome = await mesh.publish(weighted(listen, ports, {"v1": 1}, timeout_ms=1234))
        assert outcome.acked == 1
        assert outcome.elapsed_ms < 4000
        assert await asyncio.to_thread(envoy.stat, "cluster_manager.warming_clusters") == 0
        active = await asyncio.to_thread(envoy.admin, "/config_dump?resource=dynamic_active_clusters")
        assert '"connect_timeout": "1.234s"' in active


async def test_a_new_control_plane_is_joined_at_once_and_has_nothing_to_send(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1", "v2") as ports,
        world(tmp_path, weighted(listen, ports, {"v1": 1, "v2": 1})) as (mesh, _envoy),
        TaskGroup() as tasks,
    ):
        await serving(listen)
        load = Load(listen)
        tasks.start(load.run(), "load")
        await load.more()
        await mesh.server.stop()
        await load.more()
        started = time.monotonic()
        await mesh.serve()
        await mesh.connected()
        assert time.monotonic() - started < 2.0
        await load.more()
        assert mesh.responses() == 0
        assert (await mesh.publish(weighted(listen, ports, {"v2": 1}))).acked == 1
        before = load.answers["v1"]
        await load.more()
        assert load.answers["v1"] <= before + 1
        assert load.failures == []


async def test_what_changed_while_the_control_plane_was_away_is_all_that_is_sent(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1", "v2") as ports,
        world(tmp_path, weighted(listen, ports, {"v1": 1})) as (mesh, envoy),
    ):
        await mesh.server.stop()
        mesh.layer = weighted(listen, {"v2": ports["v2"]}, {"v2": 1})
        await mesh.serve()
        async with asyncio.timeout(10):
            while await asyncio.to_thread(mesh_clusters, envoy) != {"v2"}:
                await asyncio.sleep(0.02)
        await mesh.connected()
        assert mesh.responses() == 2, "the route, then the removal of a cluster"


async def test_a_refused_route_is_a_problem_of_the_rule_it_comes_from(tmp_path: Path) -> None:
    listen = free_port()
    async with (
        backends("v1") as ports,
        world(tmp_path, weighted(listen, ports, {"v1": 1})) as (mesh, _envoy),
        TaskGroup() as tasks,
    ):
        await serving(listen)
        load = Load(listen)
        tasks.start(load.run(), "load")
        good = weighted(listen, ports, {"v1": 1})
        bad = Layer("all", good.listeners, good.clusters, good.endpoints, {"web": _twice(good.routes["web"])})
        outcome = await mesh.publish(bad)
        assert [(nack.proxy, nack.type) for nack in outcome.nacked] == [("web.default", "RDS")]
        [(ref, problems)] = mesh.fleet.board.problems().items()
        assert ref is not None
        assert (ref.kind, ref.name) == (RULE.kind, RULE.name)
        assert "web" in problems[0].message
        await load.more()
        assert load.failures == []
        assert (await mesh.publish(weighted(listen, ports, {"v1": 2}))).acked == 1
        assert mesh.fleet.board.problems() == {}


def _twice(routes: RouteConfig) -> RouteConfig:
    """The routes with two virtual hosts for one domain, which Envoy refuses."""
    host = routes.virtual_hosts[0]
    return msgspec.structs.replace(routes, virtual_hosts=(host, msgspec.structs.replace(host, name="again")))
