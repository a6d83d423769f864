"""The table of verbs, and how commands end."""

import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from lateen.cli.root import ALIASES, VERBS, root

HEAVY = (
    "aiohttp",
    "asyncio",
    "cryptography",
    "envoy",
    "google.protobuf",
    "grpc",
    "http.client",
    "jsonschema_rs",
    "msgspec",
    "ssl",
    "starlette",
    "websockets",
    "yaml",
)


def run(*words: str) -> Result:
    return CliRunner().invoke(root, words)


@pytest.mark.parametrize("verb", [*VERBS, *ALIASES])
def test_each_verb_has_help_that_says_what_it_does(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output
    assert len(result.output.splitlines()) > 4


def test_help_lists_all_verbs() -> None:
    output = run("--help").output
    assert all(f"  {verb} " in output for verb in VERBS)


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom lateen.cli.root import root\n"
        "root.main(['--help'], prog_name='lateen', standalone_mode=False)\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("Usage: lateen")
    imported = ran.stderr.split()
    assert "lateen.cli.root" in imported
    assert not [name for name in imported if name in HEAVY]
    assert not [name for name in imported if name.startswith("lateen.") and not name.startswith("lateen.cli")]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("aply", "-f", "x"), "error: there is no verb 'aply'; did you mean `lateen apply`?"),
        (("xyzzy",), "error: there is no verb 'xyzzy'"),
        (("get", "pods", "--wat"), "error: no such option '--wat'."),
        (("scale", "deploy/x"), "error: missing option '--replicas'."),
        (("proxy-config", "wat"), "error: no such command 'wat'."),
        (("get", "pods", "-o", "xml"), "error: -o xml: the formats are wide"),
    ],
)
def test_a_command_that_makes_no_sense_is_two_lines_and_exit_2(words: tuple[str, ...], line: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(line)
    assert second.startswith("See `")
    assert result.stdout == ""


@pytest.mark.parametrize("words", [(), ("proxy-config",), ("rollout",)])
def test_without_words_there_is_help(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage:")


def test_aliases_are_understood_and_not_listed_twice() -> None:
    assert "Show the clusters" in run("pc", "c", "--help").output
    listed = [line.split()[0] for line in run("pc", "--help").output.partition("Commands:")[2].splitlines() if line]
    assert listed == ["all", "bootstrap", "cluster", "endpoint", "listener", "route"]


def test_a_shell_completes_verbs_without_importing_them() -> None:
    variables = {"_LATEEN_COMPLETE": "bash_complete", "COMP_WORDS": "lateen de", "COMP_CWORD": "1"}
    result = CliRunner(env=variables).invoke(root, prog_name="lateen", complete_var="_LATEEN_COMPLETE")
    assert result.output.split() == ["plain,demo", "plain,delete", "plain,describe"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mesh", "nosuch", "get", "pods"), "there is no mesh 'nosuch'"),
        (("-n", "shop", "--mesh=nosuch", "rollout", "status", "deploy/web"), "there is no mesh 'nosuch'"),
        (("-n", "shop", "gte", "pods"), "did you mean `lateen get`?"),
        (("-n", "shop", "version", "--client"), "no such option '-n'"),
        (("-n", "shop"), "no such option '-n'"),
    ],
)
def test_options_of_a_verb_may_stand_in_front_of_it(words: tuple[str, ...], said: str) -> None:
    assert said in run(*words).output
