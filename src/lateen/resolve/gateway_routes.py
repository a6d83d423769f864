"""The virtual hosts of a gateway's HTTP port: what VirtualServices say for the hosts that its servers take.

Rules: `buildGatewayHTTPRouteConfig` in Istio. Rules for one host are joined, what takes every request comes last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lateen.api.problem import Problem
from lateen.ir.names import BLACK_HOLE_VIRTUAL_HOST, domain_virtual_host
from lateen.ir.route import Route, RouteConfig, VirtualHost
from lateen.model.hostname import covers, is_wildcard
from lateen.resolve.gateway_servers import GatewayServer
from lateen.resolve.http_actions import Listening
from lateen.resolve.http_match import is_catch_all
from lateen.resolve.http_routes import routes_of
from lateen.resolve.outbound import MOST_DIRECT_RESPONSE
from lateen.resolve.rules import Rule
from lateen.resolve.view import OutboundView


@dataclass(slots=True)
class _Host:
    """What was collected for one host: the routes of each rule, and whether requests must come over TLS."""

    port: int
    parts: list[tuple[Route, ...]] = field(default_factory=list)
    require_tls: bool = False


@dataclass(slots=True)
class GatewayHosts:
    """The virtual hosts of a port, and what is wrong with the rules for it."""

    hosts: tuple[VirtualHost, ...]
    problems: list[Problem]


def gateway_hosts(
    view: OutboundView, config: str, servers: Sequence[GatewayServer], rules: Sequence[Rule]
) -> GatewayHosts:
    """The virtual hosts of the servers that share a port and its routes `config`; without any, requests get 404."""
    found: dict[str, _Host] = {}
    problems: list[Problem] = []
    for server in servers:
        for rule in rules:
            if server.gateway in rule.gateways:
                problems += _collect(view, server, rule, found)
        if server.https_redirect:
            for host in server.hosts:
                found.setdefault(host.partition("/")[2] or host, _Host(server.port)).require_tls = True
    if not found:
        name = domain_virtual_host(BLACK_HOLE_VIRTUAL_HOST, servers[0].port)
        return GatewayHosts((VirtualHost(name=name, domains=("*",), routes=()),), problems)
    return GatewayHosts(tuple(_virtual_hosts(view, config, found)), problems)


def gateway_routes(
    view: OutboundView, name: str, servers: Sequence[GatewayServer], rules: Sequence[Rule]
) -> tuple[RouteConfig, list[Problem]]:
    """The route configuration of that name, which those servers share, and what is wrong with the rules for it."""
    found = gateway_hosts(view, name, servers, rules)
    config = RouteConfig(
        name=name, virtual_hosts=found.hosts, ignore_port=True, max_direct_response_bytes=MOST_DIRECT_RESPONSE
    )
    return view.memo.keep(("routes of", name), config), found.problems


def _collect(view: OutboundView, server: GatewayServer, rule: Rule, found: dict[str, _Host]) -> Sequence[Problem]:
    hosts = intersection(tuple(server.hosts_for(rule.namespace)), rule.hosts)
    if not hosts:
        return ()
    made = routes_of(view, rule, Listening(server.port, server.gateway, tls=server.server.tls is not None))
    for host in hosts if made.routes else ():
        entry = found.setdefault(host, _Host(server.port))
        entry.require_tls = entry.require_tls or server.https_redirect
        if made.routes not in entry.parts:
            entry.parts.append(made.routes)
    return made.problems


def intersection(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """The hosts that both lists mean, each in its narrower form."""
    found: dict[str, None] = {}
    for our in ours:
        for their in theirs:
            if covers(their, our):
                found[our] = None
            elif covers(our, their):
                found[their] = None
    return list(found)


def _virtual_hosts(view: OutboundView, config: str, found: dict[str, _Host]) -> Iterator[VirtualHost]:
    """One virtual host for all hosts of equal routes, named after the most specific of them."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for host in sorted(found, key=_specificity):
        entry = found[host]
        key = (entry.require_tls, *(id(part) for part in entry.parts))
        groups.setdefault(key, []).append(host)
    named = {domain_virtual_host(hosts[0], found[hosts[0]].port): hosts for hosts in groups.values()}
    for name in sorted(named):
        hosts = tuple(named[name])
        entry = found[hosts[0]]
        kept = view.memo.keep(("domains", config, name), hosts)
        yield view.memo.recall(
            ("virtual host", config, name), _virtual_host, name, kept, entry.require_tls, *entry.parts
        )


def _specificity(host: str) -> tuple[bool, int, str]:
    return is_wildcard(host), -len(host), host


def _virtual_host(name: str, domains: tuple[str, ...], require_tls: bool, *parts: tuple[Route, ...]) -> VirtualHost:
    routes = [route for part in parts for route in part]
    return VirtualHost(name=name, domains=domains, routes=tuple(sorted(routes, key=_is_last)), require_tls=require_tls)


def _is_last(route: Route) -> bool:
    return is_catch_all(route.match)


def unserved_hosts(rules: Iterable[Rule], servers: Iterable[GatewayServer]) -> Iterator[Problem]:
    """Hosts of rules that no server of the Gateway they are bound to takes."""
    by_gateway: dict[str, list[GatewayServer]] = {}
    for server in servers:
        by_gateway.setdefault(server.gateway, []).append(server)
    for rule in rules:
        for gateway in sorted(rule.gateways & by_gateway.keys()):
            taken = [host for server in by_gateway[gateway] for host in server.hosts_for(rule.namespace)]
            missing = [host for host in rule.hosts if not intersection(taken, (host,))]
            if missing:
                message = (
                    f"one or more host [{' '.join(missing)}] defined in VirtualService {rule.namespace}/{rule.name} "
                    f"not found in Gateway {gateway}."
                )
                hint = "add it to the hosts of a server of the Gateway, or correct it"
                yield rule.problem(f"spec.hosts[{rule.hosts.index(missing[0])}]", "IST0132", message, hint)
