"""Expressions."""

import pytest

from lateen.simulation.regex import UnsupportedRegexError, full_match, substitute


@pytest.mark.parametrize(
    ("regex", "text", "matches"),
    [("a|ab", "ab", True), ("a", "ab", False), (r"\d+", "٣", False), (r"a\z", "a", True), ("(?i)A", "a", True)],
)
def test_the_whole_text_must_match(regex: str, text: str, matches: bool) -> None:
    assert full_match(regex, text) == matches


@pytest.mark.parametrize(
    ("regex", "replacement", "result"),
    [("b", "x", "axa"), ("(a)(b)", r"\2\1", "baa"), ("b", r"\0\0", "abba"), ("^.*$", r"c:\\1", r"c:\1")],
)
def test_substitution(regex: str, replacement: str, result: str) -> None:
    assert substitute(regex, replacement, "aba") == result


def test_what_cannot_be_read_says_so() -> None:
    with pytest.raises(UnsupportedRegexError, match="unterminated"):
        full_match("[a", "a")
