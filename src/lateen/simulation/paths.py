"""Paths: which a route matches, and what becomes of them."""

from envoy.config.route.v3.route_components_pb2 import RedirectAction, RouteAction, RouteMatch

from lateen.simulation.regex import full_match, substitute


def split_query(path: str) -> tuple[str, str]:
    """The path proper and the query with its `?`; a fragment belongs to neither and is dropped."""
    bare, mark, query = path.partition("#")[0].partition("?")
    return bare, mark + query


def matches_path(match: RouteMatch, path: str) -> bool:
    bare = split_query(path)[0]
    kind = match.WhichOneof("path_specifier")
    if kind == "safe_regex":
        return full_match(match.safe_regex.regex, bare)
    wanted = str(getattr(match, kind)) if kind else ""
    if match.HasField("case_sensitive") and not match.case_sensitive.value:
        wanted, bare = wanted.lower(), bare.lower()
    match kind:
        case "prefix":
            return bare.startswith(wanted)
        case "path":
            return bare == wanted
        case "path_separated_prefix":
            return bare == wanted or bare.startswith(wanted + "/")
    return False


def rewritten_path(action: RouteAction, match: RouteMatch, path: str) -> str:
    """The path as it is sent on, with its query."""
    bare, query = split_query(path)
    if action.prefix_rewrite:
        return _with_prefix(match, bare, action.prefix_rewrite) + query
    if action.HasField("regex_rewrite"):
        rewrite = action.regex_rewrite
        return substitute(rewrite.pattern.regex, rewrite.substitution, bare) + query
    return path


def redirected_path(action: RedirectAction, match: RouteMatch, path: str) -> str:
    """The path of the `location`. A path that is set and has a query of its own drops the request's."""
    bare, query = split_query(path)
    if action.path_redirect:
        return action.path_redirect if "?" in action.path_redirect else action.path_redirect + query
    if action.prefix_rewrite:
        return _with_prefix(match, bare, action.prefix_rewrite) + query
    return path


def _with_prefix(match: RouteMatch, bare: str, prefix: str) -> str:
    """What was matched is replaced: a prefix, or for exact and regular-expression matches the whole path."""
    kind = match.WhichOneof("path_specifier")
    if kind in {"prefix", "path_separated_prefix"}:
        return prefix + bare[len(getattr(match, kind)) :]
    return prefix
