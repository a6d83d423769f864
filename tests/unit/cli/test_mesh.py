"""Which mesh is meant, and what is said when it can't be reached."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli import mesh as chosen
from lateen.cli.root import root
from lateen.client.access import Access, AccessError
from lateen.client.kubeconfig import merge_context


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders in which no mesh is."""
    monkeypatch.setattr(chosen, "RUN_ROOT", tmp_path / "run")
    return tmp_path / "run"


def test_the_one_mesh_that_runs_is_meant(roots: Path) -> None:
    assert chosen.running_mesh() == "default"
    (roots / "shop").mkdir(parents=True)
    assert chosen.running_mesh() == "shop"
    (roots / "blog").mkdir()
    with pytest.raises(AccessError, match=r"several meshes run here \(blog, shop\): choose one with --mesh"):
        chosen.running_mesh()
    (roots / "default").mkdir()
    assert chosen.running_mesh() == "default"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner(env={"LATEEN_MESH": None}).invoke(root, words)
    assert result.stdout == ""
    return result.exit_code, result.stderr


def test_what_can_not_be_reached_is_one_line_with_the_next_step(roots: Path, tmp_path: Path) -> None:
    words = ("get", "pods")
    nobody = "error: there is no mesh 'no-such-mesh' on this machine: start one with `lateen up`\n"
    assert run(*words, "--mesh", "no-such-mesh") == (1, nobody)
    file = tmp_path / "config"
    assert run(*words, "--kubeconfig", str(file)) == (1, f"error: {file} can't be read: No such file or directory\n")
    file.write_text("words")
    assert run(*words, "--kubeconfig", str(file))[1].startswith(f"error: {file} is not a kubeconfig")
    file.unlink()
    merge_context(file, Access("http://127.0.0.1:1", context="gone"))
    assert "choose one with --context (gone)" in run(*words, "--kubeconfig", str(file))[1]
    code, message = run(*words, "--kubeconfig", str(file), "--context", "gone")
    assert (code, message.count("\n")) == (1, 1)
    assert "can't connect to http://127.0.0.1:1" in message
    assert "See `lateen status`" in message


def test_a_kubeconfig_chooses_another_mesh(mesh: CliMesh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mesh.add(PODS, *pod("a"))
    monkeypatch.undo()
    file = tmp_path / "config"
    merge_context(file, mesh.access)
    result = CliRunner().invoke(root, ["get", "pods", "-o", "name", "--kubeconfig", str(file), "--context", "test"])
    assert (result.exit_code, result.stdout) == (0, "pod/a\n")
    merge_context(file, Access(mesh.access.server, token="wrong", context="wrong"))
    result = CliRunner().invoke(root, ["get", "pods", "--kubeconfig", str(file), "--context", "wrong"])
    assert result.exit_code == 1
    assert "Unauthorized" in result.stderr


def test_a_control_plane_that_stops_in_the_middle(mesh: CliMesh) -> None:
    mesh.stop()
    for words in (
        ("get", "pods"),
        ("describe", "pod", "a"),
        ("logs", "a"),
        ("exec", "a", "--", "ls"),
        ("proxy-status",),
    ):
        ran = mesh.run(*words, code=1)
        assert ran.out == ""
        assert ran.err.startswith("error: ")
        assert ran.err.count("\n") == 1
