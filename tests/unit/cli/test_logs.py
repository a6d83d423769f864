"""`lateen logs`."""

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.logs import whole_lines


@pytest.fixture
def talking(mesh: CliMesh) -> CliMesh:
    for name in ("a", "b"):
        mesh.add(PODS, *pod(name, app="x"))
        mesh.logs[f"{name}/app"] = f"one of {name}\ntwo of {name}\n"
    mesh.logs["a/istio-proxy"] = "proxied\n"
    return mesh


def test_one_container(talking: CliMesh) -> None:
    assert talking.run("logs", "a").lines == ["one of a", "two of a"]
    assert (
        talking.run("logs", "a", "-c", "istio-proxy").out == talking.run("logs", "a", "istio-proxy").out == "proxied\n"
    )
    refused = talking.run("logs", "a", "-c", "nope", code=1)
    assert refused.err == "error: pod a has no container 'nope': it has app, istio-proxy\n"


def test_what_is_asked_of_the_node(talking: CliMesh) -> None:
    talking.run("logs", "a", "--tail", "2", "--since", "2m", "-p", "--timestamps")
    assert set(talking.asked[-1].split("&")) == {"tailLines=2", "sinceSeconds=120", "previous=true", "timestamps=true"}
    talking.run("logs", "a", "--tail", "-1", "-f")
    assert talking.asked[-1] == "follow=true"


def test_several_containers_and_pods(talking: CliMesh) -> None:
    assert talking.run("logs", "a", "--all-containers").lines == ["one of a", "two of a", "proxied"]
    lines = talking.run("logs", "-l", "app=x", "--prefix").lines
    assert lines == [f"[pod/{name}/app] {word} of {name}" for name in ("a", "b") for word in ("one", "two")]
    assert talking.asked[-1] == "tailLines=10"
    together = talking.run("logs", "-l", "app=x", "-f").lines
    assert sorted(together) == ["one of a", "one of b", "two of a", "two of b"]


def test_what_can_not_be_meant(mesh: CliMesh) -> None:
    assert "name a pod" in mesh.run("logs", code=2).err
    assert "a name or -l" in mesh.run("logs", "a", "-l", "x=y", code=2).err
    assert mesh.run("logs", "-l", "x=y").err == "No resources found in default namespace.\n"
    assert "is no duration" in mesh.run("logs", "a", "--since", "soon", code=2).err


def test_pieces_become_lines() -> None:
    assert list(whole_lines([b"a", b"b\nc", b"\n", b"d"])) == [b"ab\n", b"c\n", b"d"]
