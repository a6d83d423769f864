"""What a shell offers."""

import click
import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.completing import complete_resources, complete_workload
from lateen.cli.get import command as get


def offered(*words: str, incomplete: str = "") -> list[str]:
    context = click.Context(get)
    context.params = {"what": words}
    return [item.value for item in complete_resources(context, get.params[0], incomplete)]


def test_kinds_then_names(mesh: CliMesh) -> None:
    mesh.add(PODS, *pod("web"))
    mesh.add(PODS, *pod("api"))
    assert offered(incomplete="po") == ["pods"]
    assert offered("pods") == ["api", "web"]
    assert offered("po", incomplete="w") == ["web"]
    assert offered(incomplete="pod/a") == ["pod/api"]
    assert offered("nope") == []


def test_workloads(mesh: CliMesh) -> None:
    mesh.add(PODS, *pod("web"))
    context = click.Context(get)
    assert [item.value for item in complete_workload(context, get.params[0], "w")] == ["web"]
    assert [item.value for item in complete_workload(context, get.params[0], "pod/")] == ["pod/web"]


def test_without_a_mesh_nothing_is_offered_and_nothing_said(mesh: CliMesh, capsys: pytest.CaptureFixture[str]) -> None:
    mesh.stop()
    assert complete_workload(click.Context(get), get.params[0], "") == []
    assert capsys.readouterr() == ("", "")
