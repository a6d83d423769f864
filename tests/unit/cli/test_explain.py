"""`lateen explain` and `lateen test` as commands."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from tests.support.explaining import MESH, SUBSETS
from tests.unit.explain.test_explain import SPLIT

from lateen.cli.root import root

CASES = """
from: sleep
cases:
- call: http://reviews:9080/old
  expect: {verdict: redirect}
- call: http://reviews:9080/reviews/1
  never_reaches: v3
"""


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH + SUBSETS + SPLIT)
    return file


def run(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def test_method_headers_and_json(mesh: Path) -> None:
    found = run("explain", "-f", mesh, "--from", "sleep", "post", "http://reviews:9080/reviews/1", "-o", "json")
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    assert (answer["verdict"], answer["request"]["method"]) == ("forward", "POST")
    assert {each["subset"]: each["share"] for each in answer["clusters"]} == {"v1": 0.75, "v2": 0.25}
    with_header = run("explain", "-f", mesh, "http://reviews:9080/reviews/1", "-H", "end-user: jason", "-o", "yaml")
    assert "rule: 0" in with_header.stdout


def test_what_is_wrong_with_files_is_said_and_the_rest_is_answered(mesh: Path) -> None:
    mesh.write_text(
        mesh.read_text() + "---\nkind: VirtualService\napiVersion: networking.istio.io/v1\nmetadata: {name: x}\n"
    )
    found = run("explain", "-f", mesh, "http://ratings:9080/")
    assert found.exit_code == 0
    assert "mesh.yaml:" in found.stderr
    assert "It is forwarded" in found.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["http://a/", "b", "c"],
        ["nonsense://a/"],
        ["--from", "revews-v1", "http://reviews:9080/"],
        ["-H", "x", "http://reviews:9080/"],
        ["-l", "x", "http://reviews:9080/"],
    ],
)
def test_wrong_words(mesh: Path, words: list[str]) -> None:
    assert run("explain", "-f", mesh, *words).exit_code not in {0, None}


def test_cases_that_hold(mesh: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES)
    found = run("test", "-f", mesh, tmp_path / "cases.yaml", "--junit", tmp_path / "j.xml", "-v")
    assert (found.exit_code, found.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed")
    assert ElementTree.parse(tmp_path / "j.xml").getroot().get("tests") == "2"


def test_cases_that_do_not(mesh: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a.yaml").write_text(CASES.replace("redirect", "forward").replace("v3", "v2"))
    found = run("test", "-f", mesh, folder)
    assert (found.exit_code, found.stdout.splitlines()[-1]) == (1, "0 passed, 2 failed")
    assert "- not v2" in found.stdout


@pytest.mark.parametrize("text", ["", "cases: []\n", "- call: x://y\n"])
def test_files_without_a_case_that_can_be_checked(mesh: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "cases.yaml").write_text(text)
    assert run("test", "-f", mesh, tmp_path / "cases.yaml").exit_code == 2


def test_errors_in_the_configuration_fail_a_test_whose_cases_pass(mesh: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(CASES)
    mesh.write_text(mesh.read_text() + "---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prts: []}\n")
    found = run("test", "-f", mesh, tmp_path / "cases.yaml")
    assert (found.exit_code, found.stdout) == (1, "2 passed, 0 failed\n")
    assert 'spec.prts: unknown field: did you mean "ports"?' in found.stderr
    assert "errors in the configuration" in found.stderr


def test_cases_that_are_no_text_are_named(mesh: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_bytes(b"\xff\xfe\x00")
    found = run("test", "-f", mesh, tmp_path / "cases.yaml")
    assert (found.exit_code, "cases.yaml: is no text (UTF-8)" in found.stderr) == (2, True)
