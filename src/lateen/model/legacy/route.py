"""RouteRules into VirtualServices, one for each service."""

from collections.abc import Iterable, Iterator, Sequence

from lateen.api.istio_service import IstioService
from lateen.api.problem import Problem
from lateen.api.route_rule import RouteRule
from lateen.api.virtual_service import (
    Destination,
    HTTPMatchRequest,
    HTTPRoute,
    HTTPRouteDestination,
    VirtualService,
    VirtualServiceSpec,
)
from lateen.model.legacy import route_action as action
from lateen.model.legacy.host import Host, host_of, resource_name, subset_name
from lateen.model.legacy.outcome import NETWORKING, Services, metadata, problem
from lateen.model.legacy.route_match import match_of, match_problems, takes_everything

WHOLE = 100


def by_host(rules: Iterable[RouteRule], cluster_domain: str) -> dict[Host, list[RouteRule]]:
    """The rules for each service: highest precedence first, then by namespace and name (`SortRouteRules`)."""
    found: dict[str, tuple[Host, list[RouteRule]]] = {}
    for rule in sorted(rules, key=_rank):
        host = host_of(rule.spec.destination or IstioService(), rule.metadata.namespace, cluster_domain)
        found.setdefault(host.full, (host, []))[1].append(rule)
    return dict(found.values())


def _rank(rule: RouteRule) -> tuple[int, str, str]:
    return -rule.spec.precedence, rule.metadata.namespace, rule.metadata.name


def virtual_service(host: Host, rules: Sequence[RouteRule], services: Services, cluster_domain: str) -> VirtualService:
    """What the rules for one service say; requests that no rule takes go to the service as such."""
    routes = [_route(host, rule, services, cluster_domain) for rule in rules]
    if not any(map(_is_catch_all, routes)):
        routes.append(HTTPRoute(route=(HTTPRouteDestination(destination=Destination(host=host.short)),)))
    return VirtualService(
        api_version=NETWORKING,
        kind="VirtualService",
        metadata=metadata(resource_name(host.short), host.namespace, *rules),
        spec=VirtualServiceSpec(hosts=(host.short,), http=tuple(routes)),
    )


def _is_catch_all(route: HTTPRoute) -> bool:
    return all(map(takes_everything, route.match))


def _route(host: Host, rule: RouteRule, services: Services, cluster_domain: str) -> HTTPRoute:
    spec = rule.spec
    match = match_of(rule, services, cluster_domain)
    mirror = spec.mirror and host_of(spec.mirror, rule.metadata.namespace, cluster_domain)
    return HTTPRoute(
        name=rule.metadata.name,
        match=(match,) if match != HTTPMatchRequest() else (),
        route=() if spec.redirect else tuple(_targets(host, rule, cluster_domain)),
        redirect=action.redirect(spec.redirect),
        rewrite=action.rewrite(spec.rewrite),
        timeout=action.timeout(spec.http_req_timeout),
        retries=action.retries(spec.http_req_retries),
        fault=action.fault(spec.http_fault),
        mirror=_destination(mirror, spec.mirror.labels, host) if mirror and spec.mirror else None,
        cors_policy=action.cors(spec.cors_policy),
        headers=action.headers(spec.append_headers),
    )


def _targets(host: Host, rule: RouteRule, cluster_domain: str) -> Iterator[HTTPRouteDestination]:
    route = rule.spec.route
    if not route:
        yield HTTPRouteDestination(destination=Destination(host=host.short))
    for target in route:
        service = target.destination
        other = host_of(service, rule.metadata.namespace, cluster_domain) if service else host
        weight = target.weight if len(route) > 1 else WHOLE
        yield HTTPRouteDestination(destination=_destination(other, target.labels, host), weight=weight)


def _destination(target: Host, labels: dict[str, str], rules_of: Host) -> Destination:
    return Destination(host=target.seen_from(rules_of.namespace), subset=subset_name(labels))


def versions(rule: RouteRule, cluster_domain: str) -> Iterator[tuple[Host, dict[str, str]]]:
    """The services and labels of every version that a rule sends requests to."""
    spec, namespace = rule.spec, rule.metadata.namespace
    for target in spec.route:
        service = target.destination or spec.destination
        if service and target.labels:
            yield host_of(service, namespace, cluster_domain), target.labels
    if spec.mirror and spec.mirror.labels:
        yield host_of(spec.mirror, namespace, cluster_domain), spec.mirror.labels


def route_problems(rules: Sequence[RouteRule], services: Services, cluster_domain: str) -> Iterator[Problem]:
    """What the rules for one service no longer do, and rules that another one hides."""
    above: RouteRule | None = None
    for rule in rules:
        yield from match_problems(rule, services, cluster_domain)
        if above is not None:
            message = f"never used: {above.ref} takes every request before it"
            yield problem(rule, "spec.precedence", "Unreachable", message, "raise the precedence, or add a condition")
        elif takes_everything(match_of(rule, services, cluster_domain)):
            above = rule
