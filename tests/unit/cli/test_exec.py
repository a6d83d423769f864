"""`lateen exec`."""

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.exec import exec_path


@pytest.fixture
def sleeping(mesh: CliMesh) -> CliMesh:
    mesh.add(PODS, *pod("a"))
    return mesh


def test_the_exit_status_is_the_commands(sleeping: CliMesh) -> None:
    assert sleeping.run("exec", "a", "--", "echo", "-n", "--x").out == "echo -n --x"
    ran = sleeping.run("exec", "a", "--", "exit", "7", code=7)
    assert ran.err == "command terminated with exit code 7\n"
    assert sleeping.execs == [["echo", "-n", "--x"], ["exit", "7"]]


@pytest.mark.parametrize(
    "words", [("a", "-c", "istio-proxy", "--", "ls", "-l"), ("-c", "istio-proxy", "a", "ls", "-l")]
)
def test_kubectls_orders_of_words(sleeping: CliMesh, words: tuple[str, ...]) -> None:
    sleeping.run("exec", *words)
    assert sleeping.execs == [["ls", "-l"]]


def test_what_can_not_be_run(sleeping: CliMesh) -> None:
    assert "say which command" in sleeping.run("exec", "a", code=2).err
    assert "has no container 'x'" in sleeping.run("exec", "a", "-c", "x", "--", "ls", code=1).err
    assert "not found" in sleeping.run("exec", "nope", "--", "ls", code=1).err
    assert sleeping.execs == []


def test_the_path_asks_for_what_is_attached() -> None:
    assert exec_path("/p", "c", ["a b", "&"]) == "/p?command=a+b&command=%26&container=c&stdout=true&stderr=true"
    assert exec_path("/p", "c", ["x"], with_input=True, with_tty=True).endswith("stdout=true&stdin=true&tty=true")
