"""Conditions on strings, headers and query parameters."""

from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.type.matcher.v3 import regex_pb2, string_pb2

from lateen.ir.match import NamedMatch, StringKind, StringMatch


def regex_matcher(regex: str) -> regex_pb2.RegexMatcher:
    """An RE2 expression that must match the whole string."""
    return regex_pb2.RegexMatcher(regex=regex)


def string_matcher(match: StringMatch) -> string_pb2.StringMatcher:
    """Any condition except PRESENT, which is no condition on the string. An empty prefix matches everything."""
    if match.kind is StringKind.EXACT:
        return string_pb2.StringMatcher(exact=match.value, ignore_case=match.ignore_case)
    if match.kind is StringKind.PREFIX and match.value:
        return string_pb2.StringMatcher(prefix=match.value, ignore_case=match.ignore_case)
    if match.kind is StringKind.REGEX and match.value:
        return string_pb2.StringMatcher(safe_regex=regex_matcher(match.value))
    return string_pb2.StringMatcher(safe_regex=regex_matcher(".*"))


def header_matcher(match: NamedMatch) -> route_pb2.HeaderMatcher:
    """A condition on a header. `invert` also holds where the header is missing, as Istio's `withoutHeaders` does."""
    if match.match.kind is StringKind.PRESENT:
        return route_pb2.HeaderMatcher(name=match.name, present_match=True, invert_match=match.invert)
    return route_pb2.HeaderMatcher(
        name=match.name,
        string_match=string_matcher(match.match),
        invert_match=match.invert,
        treat_missing_header_as_empty=match.invert,
    )


def query_matcher(match: NamedMatch) -> route_pb2.QueryParameterMatcher:
    if match.match.kind is StringKind.PRESENT:
        return route_pb2.QueryParameterMatcher(name=match.name, present_match=True)
    return route_pb2.QueryParameterMatcher(name=match.name, string_match=string_matcher(match.match))
