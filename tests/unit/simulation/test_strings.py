"""Conditions, as Envoy evaluates them."""

import pytest
from envoy.config.route.v3.route_components_pb2 import HeaderMatcher, QueryParameterMatcher
from envoy.type.matcher.v3.string_pb2 import StringMatcher

from lateen.simulation.strings import matches_header, matches_query, matches_string

EXACT = StringMatcher(exact="1")


@pytest.mark.parametrize(
    ("matcher", "text", "matches"),
    [
        (StringMatcher(exact="A", ignore_case=True), "a", True),
        (StringMatcher(prefix="a"), "ab", True),
        (StringMatcher(suffix="a"), "ab", False),
        (StringMatcher(contains="b"), "abc", True),
        (StringMatcher(), "", False),
    ],
)
def test_strings(matcher: StringMatcher, text: str, matches: bool) -> None:
    assert matches_string(matcher, text) == matches


@pytest.mark.parametrize(
    ("matcher", "without", "with_1", "with_2"),
    [
        (HeaderMatcher(name="X", string_match=EXACT), False, True, False),
        (HeaderMatcher(name="X", string_match=EXACT, invert_match=True), False, False, True),
        (
            HeaderMatcher(name="X", string_match=EXACT, invert_match=True, treat_missing_header_as_empty=True),
            True,
            False,
            True,
        ),
        (HeaderMatcher(name="X", present_match=True), False, True, True),
        (HeaderMatcher(name="X", present_match=True, invert_match=True), True, False, False),
        (HeaderMatcher(name="X", present_match=False), True, False, False),
    ],
)
def test_headers(matcher: HeaderMatcher, without: bool, with_1: bool, with_2: bool) -> None:
    found = [matches_header(matcher, headers) for headers in ({}, {"x": "1"}, {"x": "2"})]
    assert found == [without, with_1, with_2]


def test_query_parameters() -> None:
    exact, present = (
        QueryParameterMatcher(name="q", string_match=EXACT),
        QueryParameterMatcher(name="q", present_match=True),
    )
    assert [matches_query(exact, path) for path in ("/?q=1&q=2", "/?q=2&q=1", "/")] == [True, False, False]
    assert [matches_query(present, path) for path in ("/?q", "/?p=q")] == [True, False]
