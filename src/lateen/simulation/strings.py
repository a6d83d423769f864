"""Conditions on strings, headers and query parameters."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from envoy.config.route.v3.route_components_pb2 import HeaderMatcher, QueryParameterMatcher
from envoy.type.matcher.v3.string_pb2 import StringMatcher

from lateen.simulation.regex import full_match


def matches_string(matcher: StringMatcher, text: str) -> bool:
    """Case is ignored where asked for, but never by regular expressions."""
    kind = matcher.WhichOneof("match_pattern")
    if kind == "safe_regex":
        return full_match(matcher.safe_regex.regex, text)
    wanted = str(getattr(matcher, kind)) if kind else ""
    if matcher.ignore_case:
        wanted, text = wanted.lower(), text.lower()
    match kind:
        case "exact":
            return text == wanted
        case "prefix":
            return text.startswith(wanted)
        case "suffix":
            return text.endswith(wanted)
        case "contains":
            return wanted in text
    return False


def matches_header(matcher: HeaderMatcher, headers: Mapping[str, str]) -> bool:
    """A missing header matches nothing, inverted or not, unless it counts as empty."""
    value = headers.get(matcher.name.lower())
    if matcher.HasField("present_match"):
        return ((value is not None) == matcher.present_match) != matcher.invert_match
    if value is None:
        if not matcher.treat_missing_header_as_empty:
            return False
        value = ""
    return matches_string(matcher.string_match, value) != matcher.invert_match


def matches_query(matcher: QueryParameterMatcher, path: str) -> bool:
    """Envoy looks at a parameter's first value, as it is written."""
    values = [value for name, value in parse_qsl(urlsplit(path).query, keep_blank_values=True) if name == matcher.name]
    if matcher.HasField("present_match"):
        return bool(values) == matcher.present_match
    return bool(values) and matches_string(matcher.string_match, values[0])
