import pytest
from envoy.config.route.v3.route_components_pb2 import HeaderMatcher, QueryParameterMatcher, RouteMatch
from envoy.type.matcher.v3.regex_pb2 import RegexMatcher
from envoy.type.matcher.v3.string_pb2 import StringMatcher
from google.protobuf.wrappers_pb2 import BoolValue

from lateen.explain.conditions import asked_for, unmet
from lateen.simulation.call import Call

CALL = Call(address="10.0.0.1", port=80, host="a", path="/x?v=1", headers={"X-One": "1"})


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (RouteMatch(prefix="/"), []),
        (RouteMatch(prefix="/a"), ["path begins with /a"]),
        (
            RouteMatch(path="/a", case_sensitive=BoolValue(value=False)),
            ["path is /a in upper or lower case"],
        ),
        (RouteMatch(path_separated_prefix="/a"), ["path is /a or below it"]),
        (RouteMatch(safe_regex=RegexMatcher(regex="/.*")), ["path matches /.*"]),
        (
            RouteMatch(
                prefix="/",
                headers=[
                    HeaderMatcher(name="x", present_match=True),
                    HeaderMatcher(name="y", present_match=True, invert_match=True),
                    HeaderMatcher(name=":method", string_match=StringMatcher(exact="GET")),
                    HeaderMatcher(name="z", string_match=StringMatcher(prefix="a"), invert_match=True),
                ],
            ),
            ["header x is present", "header y is absent", 'method is "GET"', 'header z not (begins with "a")'],
        ),
        (
            RouteMatch(prefix="/", query_parameters=[QueryParameterMatcher(name="v", present_match=True)]),
            ["query parameter v is present"],
        ),
    ],
)
def test_conditions_in_words(match: RouteMatch, words: list[str]) -> None:
    assert asked_for(match) == words


def test_only_what_is_missing_is_named_with_what_is_there_instead() -> None:
    match = RouteMatch(
        prefix="/a",
        headers=[
            HeaderMatcher(name="x-one", string_match=StringMatcher(exact="1")),
            HeaderMatcher(name="x-two", string_match=StringMatcher(exact="2")),
        ],
        query_parameters=[QueryParameterMatcher(name="v", string_match=StringMatcher(exact="2"))],
    )
    assert unmet(match, CALL) == [
        "path begins with /a (it is /x)",
        'header x-two is "2" (it is absent)',
        'query parameter v is "2" (the query is ?v=1)',
    ]
