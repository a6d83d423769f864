"""Routes' conditions in words: what a route asks for, and what of it a request doesn't have."""

from collections.abc import Iterator

from envoy.config.route.v3.route_components_pb2 import HeaderMatcher, QueryParameterMatcher, RouteMatch
from envoy.type.matcher.v3.string_pb2 import StringMatcher

from lateen.simulation.call import Call
from lateen.simulation.headers import request_headers
from lateen.simulation.paths import matches_path, split_query
from lateen.simulation.strings import matches_header, matches_query

PSEUDO = {":method": "method", ":authority": "authority", ":scheme": "scheme"}


def asked_for(match: RouteMatch) -> list[str]:
    """Every condition; none where each request fits."""
    return [text for text, _ in _conditions(match, None)]


def unmet(match: RouteMatch, call: Call) -> list[str]:
    """The conditions that the request does not meet, and what it has instead."""
    return [text for text, holds in _conditions(match, call) if not holds]


def _conditions(match: RouteMatch, call: Call | None) -> Iterator[tuple[str, bool]]:
    path = _path_words(match)
    if path:
        instead = f" (it is {split_query(call.path)[0]})" if call else ""
        yield f"path {path}{instead}", call is None or matches_path(match, call.path)
    headers = request_headers(call) if call else {}
    for header in match.headers:
        name = PSEUDO.get(header.name, f"header {header.name}")
        instead = f" (it is {_shown(headers.get(header.name.lower()))})" if call else ""
        yield f"{name} {_header_words(header)}{instead}", call is None or matches_header(header, headers)
    for parameter in match.query_parameters:
        instead = f" (the query is {split_query(call.path)[1] or 'empty'})" if call else ""
        text = f"query parameter {parameter.name} {_query_words(parameter)}{instead}"
        yield text, call is None or matches_query(parameter, call.path)


def _shown(value: str | None) -> str:
    return "absent" if value is None else f'"{value}"'


def _path_words(match: RouteMatch) -> str:
    kind = match.WhichOneof("path_specifier")
    any_case = " in upper or lower case" if match.HasField("case_sensitive") and not match.case_sensitive.value else ""
    match kind:
        case "prefix":
            return f"begins with {match.prefix}{any_case}" if match.prefix != "/" else ""
        case "path":
            return f"is {match.path}{any_case}"
        case "path_separated_prefix":
            return f"is {match.path_separated_prefix} or below it{any_case}"
        case "safe_regex":
            return f"matches {match.safe_regex.regex}"
    return ""


def _header_words(header: HeaderMatcher) -> str:
    if header.HasField("present_match"):
        return "is present" if header.present_match != header.invert_match else "is absent"
    words = _string_words(header.string_match)
    return f"not ({words})" if header.invert_match else words


def _query_words(parameter: QueryParameterMatcher) -> str:
    if parameter.HasField("present_match"):
        return "is present" if parameter.present_match else "is absent"
    return _string_words(parameter.string_match)


def _string_words(matcher: StringMatcher) -> str:
    any_case = " in upper or lower case" if matcher.ignore_case else ""
    match matcher.WhichOneof("match_pattern"):
        case "exact":
            return f'is "{matcher.exact}"{any_case}'
        case "prefix":
            return f'begins with "{matcher.prefix}"{any_case}' if matcher.prefix else "is present"
        case "suffix":
            return f'ends with "{matcher.suffix}"{any_case}'
        case "contains":
            return f'contains "{matcher.contains}"{any_case}'
        case "safe_regex":
            return f"matches {matcher.safe_regex.regex}"
    return "is anything"
