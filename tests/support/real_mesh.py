"""A mesh as its users have it: started, asked and stopped by the command line, and looked at through the REST API."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.fetch import fetch
from tests.support.leftovers import leftovers, pids_of
from tests.support.until import until

from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient

SAMPLES = Path(__file__).parents[2] / "samples"
BOOKINFO = SAMPLES / "bookinfo"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass
class RealMesh:
    """One mesh with a random name."""

    name: str = field(default_factory=lambda: f"t-{secrets.token_hex(3)[:5]}")

    @property
    def paths(self) -> MeshPaths:
        return MeshPaths(self.name)

    def up(self, *arguments: str) -> str:
        return self.run("up", "--name", self.name, "--detach", *arguments)

    def down(self, *arguments: str) -> str:
        return self.run("down", "--name", self.name, *arguments)

    def run(self, *arguments: str, stdin: str = "") -> str:
        """A command's output; fails when the command does."""
        ran = self.attempt(*arguments, stdin=stdin)
        assert ran.code == 0, f"lateen {' '.join(arguments)}: exit status {ran.code}\n{ran.text}"
        return ran.out

    def attempt(self, *arguments: str, stdin: str = "", timeout: float = 60.0) -> Ran:
        """A command's exit status and what it printed."""
        command = [sys.executable, "-m", "lateen", *arguments]
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=os.environ | {"LATEEN_MESH": self.name},
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def apply(self, text: str, *arguments: str) -> str:
        return self.run("apply", "-f", "-", *arguments, stdin=text)

    def apply_file(self, file: str | Path, *arguments: str) -> str:
        return self.run("apply", "-f", str(BOOKINFO / file), *arguments)

    def get(self, *arguments: str) -> Body:
        """`lateen get … -o json`."""
        body: Body = json.loads(self.run("get", *arguments, "-o", "json"))
        return body

    def accepted(self, kind: str, name: str) -> tuple[str, str]:
        """Whether a rule is accepted, and the reason; two empty texts before anything is known."""
        conditions = self.get(kind, name).get("status", {}).get("conditions", [])
        found = ((each["status"], each["reason"]) for each in conditions if each["type"] == "Accepted")
        return next(found, ("", ""))

    def api(self, path: str) -> Body:
        """GET from the REST API."""
        with SyncClient(read_access(self.paths.kubeconfig)) as client:
            return client.get(path)

    def pods(self, namespace: str = "default", selector: str = "") -> list[Body]:
        items: list[Body] = self.api(f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}")["items"]
        return items

    def pod(self, selector: str) -> Body:
        (body,) = self.pods(selector=selector)
        return body

    def netns(self, pod: Body) -> str:
        """The path of a pod's network namespace."""
        short = pod["metadata"]["uid"][:8]
        (path,) = Path("/run/netns").glob(f"lateen-{self.name}-{short}*")
        return str(path)

    @cached_property
    def url(self) -> str:
        """Where this machine reaches the ingress gateway's port 80."""
        return f"http://127.0.0.1:{self.gateway_port(80)}"

    def gateway_port(self, number: int) -> int:
        """The port of this machine that leads to a port of the ingress gateway."""
        service = self.api("/api/v1/namespaces/istio-system/services/istio-ingressgateway")
        return next(int(each["nodePort"]) for each in service["spec"]["ports"] if each["port"] == number)

    def status(self, path: str = "/productpage") -> int:
        """The status that the gateway answers with; 0 when nothing does."""
        return fetch(self.url + path)[0]

    def pid(self, process: str) -> int:
        """The process id of `supervisor`, `controlplane`, `node` or `dns`; 0 when it does not run."""
        with suppress(OSError, ValueError):
            pid = int(self.paths.pid_file(process).read_text().split()[0])
            return pid if Path(f"/proc/{pid}").exists() else 0
        return 0

    def kill(self, process: str) -> int:
        """SIGKILL one of the mesh's own processes; its id."""
        pid = self.pid(process)
        assert pid, f"{process} does not run"
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_and_wait(self, process: str, seconds: float = 30.0) -> int:
        """SIGKILL a process, and return the id of the one that took its place."""
        before = self.kill(process)
        return until(lambda: (pid := self.pid(process)) != before and pid, f"another {process}", seconds)

    def wait_ready(self, *workloads: str, seconds: float = 60.0) -> None:
        self.run("rollout", "status", *workloads, "--timeout", str(seconds))

    def log(self, process: str) -> str:
        return (self.paths.logs / f"{process}.log").read_text(errors="replace")

    def purge(self) -> list[str]:
        """Take the mesh down for good; what it left behind, which is ended by force then."""
        output = self.attempt("down", "--name", self.name, "--purge")
        left = leftovers(self.name)
        if output.code:
            left.append(output.text)
        for pid in pids_of(self.name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left


def bookinfo_up(mesh: RealMesh) -> None:
    """Bookinfo with sidecars in the namespace `default`, ready."""
    mesh.run("label", "namespace", "default", "istio-injection=enabled")
    mesh.apply_file("bookinfo.yaml")
    deployments = [item["metadata"]["name"] for item in mesh.get("deployments")["items"]]
    mesh.wait_ready(*(f"deploy/{name}" for name in deployments))


@contextmanager
def real_mesh(*up: str) -> Iterator[RealMesh]:
    """A mesh for the block; afterwards nothing of it may be left."""
    mesh = RealMesh()
    try:
        mesh.up(*up)
        yield mesh
    finally:
        left = mesh.purge()
    assert left == []
