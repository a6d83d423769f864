"""`--by`."""

import click
import pytest

from lateen.cli.grouping import Grouping, parse_grouping


def test_versions_and_pods_are_not_in_the_answers() -> None:
    assert parse_grouping("version") == Grouping("version")
    assert not parse_grouping("pod").in_answers
    assert parse_grouping("pod").title == "POD"


@pytest.mark.parametrize(
    ("word", "headers", "match", "found"),
    [
        ("header:X-Version", {"x-version": "v1"}, None, "v1"),
        ("header:x-version", {}, "ignored", None),
        ("regex:(v[0-9])", {}, "v2", "v2"),
        ("v[0-9]", {}, None, None),
    ],
)
def test_headers_and_patterns_are(word: str, headers: dict[str, str], match: str | None, found: str | None) -> None:
    grouping = parse_grouping(word)
    assert grouping.in_answers
    assert grouping.find(headers, match) == found
    assert grouping.missing in {"(no header)", "(no match)"}


def test_a_colon_may_be_part_of_a_pattern() -> None:
    assert parse_grouping('"color": "(.*)"').pattern is not None


def test_other_words_are_refused() -> None:
    with pytest.raises(click.UsageError, match="neither pod, version"):
        parse_grouping("regex:(")


def test_a_mistyped_word_is_not_taken_for_a_pattern() -> None:
    with pytest.raises(click.UsageError, match="write regex:versions"):
        parse_grouping("versions")
    assert parse_grouping("regex:versions").pattern is not None
