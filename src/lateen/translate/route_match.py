"""What a route matches."""

from envoy.config.route.v3 import route_components_pb2 as route_pb2

from lateen.ir.match import PathKind, PathMatch, RouteMatch
from lateen.translate import scalar
from lateen.translate.string_match import header_matcher, query_matcher, regex_matcher


def route_match(match: RouteMatch) -> route_pb2.RouteMatch:
    """The path, header and query conditions, all of which must hold."""
    envoy = route_pb2.RouteMatch(
        headers=[header_matcher(header) for header in match.headers],
        query_parameters=[query_matcher(parameter) for parameter in match.query],
        case_sensitive=scalar.boolean(False) if match.path.ignore_case else None,
    )
    _set_path(envoy, match.path)
    return envoy


def _set_path(envoy: route_pb2.RouteMatch, path: PathMatch) -> None:
    match path.kind:
        case PathKind.EXACT:
            envoy.path = path.value
        case PathKind.REGEX:
            envoy.safe_regex.CopyFrom(regex_matcher(path.value))
        case PathKind.SEGMENT if path.value.rstrip("/"):
            envoy.path_separated_prefix = path.value.rstrip("/")
        case _:
            envoy.prefix = path.value
