"""`lateen status` and `lateen version`, of a cluster reached by a kubeconfig."""

from pathlib import Path

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen import __version__
from lateen.client.kubeconfig import merge_context


@pytest.fixture
def file(mesh: CliMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.undo()
    merge_context(tmp_path / "config", mesh.access, make_current=True)
    return str(tmp_path / "config")


def test_what_is_ready(mesh: CliMesh, file: str) -> None:
    mesh.add(PODS, *pod("a"))
    mesh.syncz = [
        {"proxy": "a", "types": {"CDS": {"status": "SYNCED"}, "LDS": {"status": "NOT SENT"}}},
        {"proxy": "b", "types": {"CDS": {"status": "STALE"}}},
    ]
    assert [" ".join(line.split()) for line in mesh.run("status", "--kubeconfig", file).lines] == [
        "nodes 0 of 0 ready",
        "pods 1 of 1 ready",
        "proxies 1 of 2 have the newest configuration",
    ]
    mesh.add(PODS, *pod("b", ready=False))
    assert "1 of 2 ready" in mesh.run("status", "--kubeconfig", file, code=1).out


def test_versions(mesh: CliMesh, file: str) -> None:
    lines = mesh.run("version", "--kubeconfig", file).lines
    assert lines[0] == f"client version: {__version__}"
    assert lines[1].startswith("envoy version: 1.")
    assert lines[2].startswith("control plane version: v1.")
    mesh.stop()
    assert mesh.run("version", "--kubeconfig", file).lines[2] == "control plane version: none is running"


def test_a_kubeconfig_is_printed_or_merged(mesh: CliMesh, file: str, tmp_path: Path) -> None:
    printed = mesh.run("kubeconfig", "--kubeconfig", file).out
    other = tmp_path / "other"
    other.write_text(printed)
    assert mesh.run("get", "ns", "-o", "name", "--kubeconfig", str(other)).lines == [
        "namespace/default",
        "namespace/istio-system",
    ]
    target = tmp_path / "target"
    assert mesh.run("kubeconfig", "--kubeconfig", file, "-f", str(target)).out == f"context test is in {target}\n"
    assert "no current context" in mesh.run("get", "ns", "--kubeconfig", str(target), code=1).err
    mesh.run("kubeconfig", "--kubeconfig", file, "-f", str(target), "--current")
    assert mesh.run("get", "ns", "--kubeconfig", str(target)).code == 0
