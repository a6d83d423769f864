"""The fixture `mesh`: what a test can do with it, and that nothing of it is left, however the test run ends."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.doc_examples import SAMPLE, example, make_project
from tests.support.leftovers import leftovers
from tests.support.until import until

from lateen.testing import live_mesh
from lateen.testing.error import MeshError
from lateen.testing.guard import guarded
from lateen.testing.live_mesh import running_mesh

pytestmark = pytest.mark.root

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")

WHOAMI = """
apiVersion: v1
kind: Service
metadata: {name: whoami, namespace: shop}
spec: {selector: {app: whoami}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: whoami, namespace: shop}
spec:
  selector: {matchLabels: {app: whoami}}
  template:
    metadata: {labels: {app: whoami}}
    spec: {containers: [{name: whoami, image: "traefik/whoami:v1", ports: [{containerPort: 80}]}]}
"""

UNREADY = """
apiVersion: v1
kind: Pod
metadata: {name: never}
spec: {containers: [{name: never, image: no/such-image}]}
"""


def test_the_sample_projects_tests_pass() -> None:
    done = subprocess.run([*PYTEST, "test_mesh.py"], cwd=SAMPLE, capture_output=True, text=True, check=False)
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_the_documentations_example_passes(tmp_path: Path) -> None:
    make_project(tmp_path, test_it_py=example("python", "mesh.request"))
    done = subprocess.run([*PYTEST], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.lateen(profile="minimal")
async def test_a_mesh_of_ones_own(mesh: live_mesh.LiveMesh) -> None:
    """Namespaces come with what names them, callers are found in them, and answers are told in full."""
    await mesh.apply(WHOAMI)
    url = "http://whoami.shop/api?q=1"
    answer = await mesh.request("POST", url, from_="whoami.shop", headers={"X-Seen": "yes"}, body="{}")
    assert (answer.status, answer.json()["method"], answer.json()["url"]) == (200, "POST", "/api?q=1")
    assert answer.json()["headers"]["X-Seen"] == ["yes"]
    assert (await mesh.get("deploy/whoami", "shop"))["status"]["readyReplicas"] == 1
    assert "/api" in await mesh.logs("deploy/whoami.shop")
    traffic = await mesh.traffic("http://whoami.shop/", 10, from_="sa/default.shop", by="regex:Host: ([a-z.]+)")
    assert traffic.counts == {"whoami.shop": 10}
    await mesh.delete("deploy/whoami", "svc/whoami", namespace="shop")
    assert (await mesh.get("pods", "shop"))["items"] == []
    with pytest.raises(MeshError, match=r"not found"):
        await mesh.request("GET", url, from_="deploy/whoami.shop")
    with pytest.raises(MeshError, match=r"<text>:2: .*is required"):
        await mesh.apply("\nkind: Service\napiVersion: v1\n")


def test_a_mesh_whose_documents_are_wrong_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    @contextmanager
    def noted(name: str) -> Iterator[None]:
        names.append(name)
        with guarded(name):
            yield

    monkeypatch.setattr(live_mesh, "guarded", noted)
    with pytest.raises(MeshError, match="no file or folder"), running_mesh(["nothing.yaml"], profile="minimal"):
        pass
    assert [leftovers(name) for name in names] == [[]]


@pytest.mark.parametrize(
    ("number", "end", "says"),
    [
        (None, "assert False", "1 failed"),
        (signal.SIGINT, "import asyncio; asyncio.run(mesh.apply(UNREADY))", "KeyboardInterrupt"),
        (signal.SIGKILL, "signal.pause()", ""),
    ],
    ids=["failed", "interrupted", "killed"],
)
def test_nothing_is_left(tmp_path: Path, number: signal.Signals | None, end: str, says: str) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_end.py").write_text(
        textwrap.dedent(f"""
            import signal
            from pathlib import Path
            import pytest

            UNREADY = {UNREADY!r}

            @pytest.mark.lateen(profile="minimal")
            def test_end(mesh):
                Path("name.new").write_text(mesh.name)
                Path("name.new").rename("name")
                {end}
        """)
    )
    with subprocess.Popen([*PYTEST], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        file = tmp_path / "name"
        until(lambda: file.exists() or run.poll() is not None, "a mesh", 20)
        if number is not None:
            run.send_signal(number)
        output, _ = run.communicate(timeout=30)
    assert says in output
    name = file.read_text()
    until(lambda: not leftovers(name), f"nothing left of {name}", 20 if number is signal.SIGKILL else 0.1)
