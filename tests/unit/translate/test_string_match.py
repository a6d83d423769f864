"""Conditions on strings, headers and query parameters."""

import pytest

from lateen.ir.match import NamedMatch, StringKind, StringMatch
from lateen.translate.string_match import header_matcher, query_matcher, string_matcher


@pytest.mark.parametrize(
    ("kind", "value", "field", "written"),
    [
        (StringKind.EXACT, "a", "exact", "a"),
        (StringKind.EXACT, "", "exact", ""),
        (StringKind.PREFIX, "a", "prefix", "a"),
    ],
)
def test_kinds(kind: StringKind, value: str, field: str, written: str) -> None:
    matcher = string_matcher(StringMatch(kind=kind, value=value, ignore_case=True))
    assert (matcher.WhichOneof("match_pattern"), getattr(matcher, field), matcher.ignore_case) == (field, written, True)


@pytest.mark.parametrize("kind", [StringKind.PREFIX, StringKind.REGEX])
def test_an_empty_prefix_or_expression_matches_everything(kind: StringKind) -> None:
    assert string_matcher(StringMatch(kind=kind)).safe_regex.regex == ".*"


def test_an_inverted_header_condition_also_holds_without_the_header() -> None:
    present = header_matcher(NamedMatch(name="x", match=StringMatch(kind=StringKind.PRESENT), invert=True))
    assert (present.present_match, present.invert_match, present.treat_missing_header_as_empty) == (True, True, False)
    exact = header_matcher(NamedMatch(name="x", match=StringMatch(kind=StringKind.EXACT, value="1"), invert=True))
    assert (exact.string_match.exact, exact.invert_match, exact.treat_missing_header_as_empty) == ("1", True, True)


def test_query_parameters() -> None:
    assert query_matcher(NamedMatch(name="q", match=StringMatch(kind=StringKind.PRESENT))).present_match
    exact = query_matcher(NamedMatch(name="q", match=StringMatch(kind=StringKind.EXACT, value="1")))
    assert (exact.name, exact.string_match.exact) == ("q", "1")
