"""One machine with a real API, a real agent in a process of its own, and real pods."""

import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from lateen.api.problem import ResourceRef
from lateen.apiserver.app import build_app
from lateen.apiserver.serving import serve
from lateen.apiserver.user import User
from lateen.client.access import Access
from lateen.client.api import ApiClient
from lateen.client.error import ApiError
from lateen.lib.clock import SystemClock
from lateen.node.cleanup import remove_all_pods
from lateen.node.network.cleanup import remove_mesh_network
from lateen.node.shim import cgroup
from lateen.store.memory import MemoryStore

AGENT = Path(__file__).parents[2] / "support" / "node_agent.py"
Body = dict[str, Any]


class Machine:
    """A mesh of its own name; `client` is the API's, `agent` the agent's process."""

    def __init__(self, folder: Path, client: ApiClient, server: str) -> None:
        self.mesh = f"t{secrets.token_hex(3)}x"
        self.folder = folder
        self.client = client
        self._server = server
        self.agent: asyncio.subprocess.Process | None = None

    async def start_agent(self) -> None:
        wish = {"mesh": self.mesh, "folder": str(self.folder), "server": self._server, "token": "t"}
        self.agent = await asyncio.create_subprocess_exec(sys.executable, str(AGENT), json.dumps(wish))

    async def kill_agent(self, number: int = signal.SIGKILL) -> None:
        assert self.agent is not None
        with suppress(ProcessLookupError):
            self.agent.send_signal(number)
        await self.agent.wait()

    async def create(self, name: str, *containers: Body, **spec: Any) -> Body:
        common = {"nodeName": "one", "terminationGracePeriodSeconds": 2}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
            "spec": {**common, "containers": list(containers), **spec},
        }
        return await self.client.create(pod)

    async def pod(self, name: str) -> Body | None:
        return await self.client.get(ResourceRef("Pod", "default", name))

    async def until(self, name: str, holds: Callable[[Body], object], seconds: float = 20.0) -> Body:
        """The pod as soon as `holds` says yes."""
        body: Body | None = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    body = await self.pod(name)
                    if body is not None and holds(body):
                        return body
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(
                f"pod {name} never got there: {json.dumps(body, indent=1)}\n{self.shim_log()}"
            ) from None

    async def until_gone(self, name: str, seconds: float = 20.0) -> None:
        async with asyncio.timeout(seconds):
            while await self.pod(name) is not None:
                await asyncio.sleep(0.02)

    def shim_log(self) -> str:
        return "\n".join(path.read_text() for path in self.folder.glob("pods/*/shim.log"))

    async def delete(self, name: str) -> None:
        await self.client.delete(ResourceRef("Pod", "default", name))

    async def get(self, path: str, **query: str) -> tuple[int, str]:
        """GET from the agent's socket."""
        async with self.http() as session, session.get(f"http://node{path}", params=query) as answer:
            return answer.status, await answer.text()

    def http(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(self.folder / "node.sock")))

    async def run(self, pod: str, container: str, *argv: str, stdin: bytes | None = None, tty: bool = False) -> "Ran":
        """Run a program over the WebSocket until it ends."""
        query = [("command", word) for word in argv] + [("stdout", "true"), ("stderr", "true")]
        query += [("stdin", "true")] if stdin is not None else []
        query += [("tty", "true")] if tty else []
        url = f"http://node/exec/default/{pod}/{container}"
        ran = Ran()
        async with (
            self.http() as session,
            session.ws_connect(url, params=query, protocols=["v5.channel.k8s.io"]) as socket,
        ):
            if tty:
                await socket.send_bytes(b'\x04{"Width":111,"Height":22}')
            if stdin is not None:
                await socket.send_bytes(b"\0" + stdin)
                await socket.send_bytes(b"\xff\0")
            async for message in socket:
                ran.take(message.data)
        return ran

    def agent_files(self) -> list[str]:
        """The agent's open files."""
        assert self.agent is not None
        return os.listdir(f"/proc/{self.agent.pid}/fd")

    def pids(self, uid: str) -> list[int]:
        return cgroup.pids(f"lateen-{self.mesh}/{uid}")


class Ran:
    """What a program in a container gave."""

    def __init__(self) -> None:
        self.out = ""
        self.err = ""
        self.status: Body = {}

    def take(self, message: bytes) -> None:
        if message[0] == 1:
            self.out += message[1:].decode()
        elif message[0] == 2:
            self.err += message[1:].decode()
        elif message[0] == 3:
            self.status = json.loads(message[1:])

    @property
    def code(self) -> int:
        if self.status.get("status") == "Success":
            return 0
        return int(self.status["details"]["causes"][0]["message"])


async def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return as soon as `holds` says yes."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def is_ready(body: Body) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in body.get("status", {}).get("conditions", ()))


def status_of(body: Body, container: str) -> Body:
    status = body.get("status", {})
    every = [*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ())]
    return next((s for s in every if s["name"] == container), {})


def leftovers(mesh: str) -> list[str]:
    """What a mesh has on this machine."""
    found = [f"netns {p}" for p in Path("/run/netns").glob(f"lateen-{mesh}*")]
    found += [f"link {p}" for p in Path("/sys/class/net").glob(f"lateen-{mesh}*")]
    found += [f"cgroup {base}" for base in cgroup.children(f"lateen-{mesh}")]
    found += [f"mount {line}" for line in Path("/proc/self/mountinfo").read_text().splitlines() if mesh in line]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if mesh.encode() in (entry / "cmdline").read_bytes():
                    found.append(f"process {entry.name}")
    return found


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    clock = SystemClock()
    app = build_app(MemoryStore(clock), clock, lambda token: User("test", ("system:masters",)))
    async with serve(app) as port:
        server = f"http://127.0.0.1:{port}"
        async with ApiClient(Access(server, token="t")) as client:
            machine = Machine(tmp_path, client, server)
            with suppress(ApiError):
                await client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
            try:
                await machine.start_agent()
                yield machine
            finally:
                await machine.kill_agent()
                remove_all_pods(machine.mesh, tmp_path / "pods")
                remove_mesh_network(machine.mesh)
            assert leftovers(machine.mesh) == []
