"""What an HTTP route matches (Istio `HTTPMatchRequest`)."""

from collections.abc import Iterator, Mapping

from lateen.api.virtual_service import HTTPMatchRequest
from lateen.api.virtual_service import StringMatch as ApiMatch
from lateen.ir.match import NamedMatch, PathKind, PathMatch, RouteMatch, StringKind, StringMatch

_EVERYTHING = "*"
"""As a regex it means "present": it was a metacharacter in Istio's first releases."""

_CLAIM = "@request.auth.claims"


def source_matches(
    match: HTTPMatchRequest, gateway: str, gateways: tuple[str, ...], labels: Mapping[str, str], namespace: str
) -> bool:
    """Whether the match is for this client. As in Istio, naming gateways leaves the client's labels out of account."""
    if match.gateways:
        return gateway in gateways
    if match.source_namespace not in {"", namespace}:
        return False
    return match.source_labels.items() <= labels.items()


def can_match(match: HTTPMatchRequest) -> bool:
    """Whether any request can fit: claims of tokens are unknown while no policy has them verified."""
    return not any(map(is_claim, match.headers))


def is_claim(name: str) -> bool:
    """Whether a header's name really means a claim of a verified token."""
    return name.startswith(_CLAIM)


def route_match(match: HTTPMatchRequest) -> RouteMatch:
    """The conditions on a request (`TranslateRouteMatch`)."""
    named = sorted([*_headers(match.headers), *_headers(match.without_headers, invert=True)], key=_name)
    pseudo = ((":method", match.method), (":authority", match.authority), (":scheme", match.scheme))
    return RouteMatch(
        path=path_match(match.uri, ignore_case=match.ignore_uri_case),
        headers=(*named, *(NamedMatch(name=name, match=string_match(each)) for name, each in pseudo if each)),
        query=tuple(NamedMatch(name=name, match=string_match(each)) for name, each in match.query_params.items()),
    )


def _headers(matches: Mapping[str, ApiMatch], *, invert: bool = False) -> Iterator[NamedMatch]:
    for name, each in matches.items():
        if not is_claim(name):
            yield NamedMatch(name=name.lower(), match=string_match(each), invert=invert)


def _name(match: NamedMatch) -> str:
    return match.name


def path_match(uri: ApiMatch | None, *, ignore_case: bool = False) -> PathMatch:
    """The condition on the path; none is the prefix `/`."""
    if uri is None:
        return PathMatch(ignore_case=ignore_case)
    match = string_match(uri)
    if match.kind is StringKind.PRESENT:
        return PathMatch(ignore_case=ignore_case)
    return PathMatch(kind=PathKind(match.kind.value), value=match.value, ignore_case=ignore_case)


def string_match(match: ApiMatch) -> StringMatch:
    """One condition; an empty one asks for presence."""
    if match.exact is not None:
        return StringMatch(kind=StringKind.EXACT, value=match.exact)
    if match.prefix is not None:
        return StringMatch(kind=StringKind.PREFIX, value=match.prefix)
    if match.regex is not None and match.regex != _EVERYTHING:
        return StringMatch(kind=StringKind.REGEX, value=match.regex)
    return StringMatch(kind=StringKind.PRESENT)


def is_catch_all(match: RouteMatch) -> bool:
    """Whether every request fits (`IsCatchAllRoute`)."""
    if match.headers or match.query:
        return False
    path = match.path
    return (path.kind in {PathKind.PREFIX, PathKind.SEGMENT} and path.value == "/") or (
        path.kind is PathKind.REGEX and path.value == ".*"
    )
