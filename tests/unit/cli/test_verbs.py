"""Every verb of the table exists, and helps."""

import pytest
from click.testing import CliRunner

from lateen.cli.root import ALIASES, VERBS, root


@pytest.mark.parametrize("verb", [*VERBS, *ALIASES])
def test_each_verb_has_help_that_says_what_it_does(verb: str) -> None:
    result = CliRunner().invoke(root, [verb, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output
    assert len(result.output.splitlines()) > 4


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(root, ["aply", "-f", "x.yaml"])
    assert result.exit_code == 2
    assert "did you mean `lateen apply`?" in result.output


def test_help_lists_all_verbs_without_importing_them() -> None:
    result = CliRunner().invoke(root, ["--help"])
    for verb, (_, _, text) in VERBS.items():
        assert verb in result.output
        assert text.split()[0] in result.output
