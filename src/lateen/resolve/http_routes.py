"""The HTTP routes of a VirtualService, for one port of one kind of client (`BuildHTTPRoutesForVirtualService`)."""

from collections.abc import Iterator
from typing import NamedTuple

from lateen.api.problem import Problem
from lateen.api.virtual_service import HTTPMatchRequest
from lateen.ir.match import PathKind, RouteMatch
from lateen.ir.names import parse_subset_key
from lateen.ir.route import Delegate, Forward, HashOn, Route
from lateen.resolve.config_origin import config_origins
from lateen.resolve.destinations import facts, hash_for, port_problems
from lateen.resolve.gateway_name import gateway_name
from lateen.resolve.hash_policy import hash_on
from lateen.resolve.http_actions import Listening, action_for, default_forward
from lateen.resolve.http_cors import cors
from lateen.resolve.http_fault import fault
from lateen.resolve.http_headers import header_edits
from lateen.resolve.http_match import can_match, is_catch_all, is_claim, route_match, source_matches
from lateen.resolve.http_parts import HttpPart
from lateen.resolve.rules import Rule, Target
from lateen.resolve.view import OutboundView

DEFAULT_ROUTE = "default"
"""Name of the route that no rule made."""

_EVERYTHING = RouteMatch()


class Routes(NamedTuple):
    """What a rule does with requests, and what is wrong with that. No routes: the rule has none for this client."""

    routes: tuple[Route, ...] = ()
    problems: tuple[Problem, ...] = ()


def routes_of(view: OutboundView, rule: Rule, at: Listening) -> Routes:
    """The routes of a rule for requests that come in at `at`, made again only if something they depend on changed."""
    return view.memo.recall(
        ("routes", rule.ref, at.gateway, at.port, at.tls),
        lambda *_: _build(view, rule, at),
        rule,
        view.settings,
        *facts(view, rule.http, at.port),
    )


def _build(view: OutboundView, rule: Rule, at: Listening) -> Routes:
    routes: list[Route] = []
    for part in rule.parts:
        made = list(_routes(view, rule, part, at))
        routes += made
        if any(is_catch_all(route.match) for route in made):
            break
    return Routes(tuple(routes), tuple(port_problems(view, rule, rule.http, at.port)) if routes else ())


def _routes(view: OutboundView, rule: Rule, part: HttpPart, at: Listening) -> Iterator[Route]:
    """One route for each match that is for this client and port, up to the first that takes everything."""
    for match in part.route.match or (None,):
        if match is not None and not _is_for(view, rule, match, at):
            continue
        route = _route(view, rule, part, match, at)
        if route is not None:
            yield route
            if is_catch_all(route.match):
                return


def claim_problems(rule: Rule) -> Iterator[Problem]:
    """Matches on the claims of tokens, which nobody verifies yet: they are never true."""
    for written in dict.fromkeys(written for part in rule.parts for written in (part.root, part.leaf)):
        for place, match in enumerate(written.route.match):
            for field, names in (("headers", match.headers), ("withoutHeaders", match.without_headers)):
                for name in filter(is_claim, names):
                    message = "claims of tokens are not verified in this version: no request has any"
                    path = f'{written.path}.match[{place}].{field}["{name}"]'
                    hint = "match on a header that the client sends"
                    yield rule.problem(path, "NoEffect", message, hint, source=written.source.ref)


def _is_for(view: OutboundView, rule: Rule, match: HTTPMatchRequest, at: Listening) -> bool:
    if match.port not in {0, at.port} or not can_match(match):
        return False
    gateways = tuple(gateway_name(name, rule.namespace) for name in match.gateways)
    return source_matches(match, at.gateway, gateways, dict(view.scope.labels), view.scope.namespace)


def _route(
    view: OutboundView, rule: Rule, part: HttpPart, match: HTTPMatchRequest | None, at: Listening
) -> Route | None:
    http = part.route
    action = action_for(view, rule, http, at)
    if action is None:
        return None
    edits = header_edits(http.headers)
    condition = route_match(match) if match else _EVERYTHING
    return Route(
        name=f"{http.name}.{match.name}" if match and match.name else http.name,
        match=condition,
        action=action,
        request=edits.request,
        response=edits.response,
        fault=fault(http.fault),
        cors=cors(http.cors_policy),
        operation=_operation(action, condition, f"{rule.name}:{at.port}"),
        origin=rule.origin_of(part.root.number),
        rule=part.root.number,
        delegate=_delegate(part),
        stat_prefix=match.stat_prefix if match else "",
    )


def _delegate(part: HttpPart) -> Delegate | None:
    if part.leaf is part.root:
        return None
    return Delegate(origin=config_origins(part.leaf.source, "VirtualService")[0], rule=part.leaf.number)


def _operation(action: object, match: RouteMatch, otherwise: str) -> str:
    """What traces call the route (`GetRouteOperation`): the only target, else the rule; then the path."""
    key = None
    if isinstance(action, Forward) and len(action.clusters) == 1:
        key = parse_subset_key(action.clusters[0].cluster)
    path = match.path.value + ("*" if match.path.kind is PathKind.PREFIX else "")
    return f"{key.hostname}:{key.port}{path}" if key else f"{otherwise}{path}"


def default_route(view: OutboundView, target: Target, cluster: str) -> Route:
    """The route to a service that no rule speaks for."""
    hashed: HashOn | None = hash_on(hash_for(view, target, target.port))
    return Route(
        name=DEFAULT_ROUTE,
        action=default_forward(cluster, hashed, view.settings.retries),
        operation=f"{target.host}:{target.port}/*",
    )
