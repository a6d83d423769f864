"""`-o`."""

import click
import pytest

from lateen.cli.output import Output, formatted, parse_output


def test_formats_with_and_without_expressions() -> None:
    assert parse_output("wide") == Output("wide")
    assert parse_output("") == Output()
    assert parse_output("jsonpath={.a=b}") == Output("jsonpath", "{.a=b}")


@pytest.mark.parametrize("word", ["xml", "jsonpath", "jsonpath=", "yaml=x"])
def test_other_words_are_answered_with_the_formats(word: str) -> None:
    with pytest.raises(click.UsageError, match=r"the formats are wide, .* custom-columns=…"):
        parse_output(word)


def test_a_list_is_a_list_in_yaml_too() -> None:
    assert formatted([{"a": {"b": 1}}, {"c": "x"}], "yaml") == "- a:\n    b: 1\n- c: x\n"
    assert formatted([], "yaml") == "[]\n"
