"""A scope of gateway proxies: the listeners that Gateways ask for, and their routes."""

from collections.abc import Sequence

from lateen.api.problem import Problem
from lateen.ir.listener import Direction, FilterChain, Listener, ListenerFilter
from lateen.ir.route import RouteConfig
from lateen.ir.secret import Secret
from lateen.resolve.gateway_routes import gateway_routes, unserved_hosts
from lateen.resolve.gateway_servers import (
    GatewayServer,
    Port,
    binds_for,
    merge_servers,
    name_of,
    route_name,
    servers_of,
)
from lateen.resolve.gateway_tcp import connections_chain, server_connections
from lateen.resolve.gateway_tls import http_connections, tls_port, unbound
from lateen.resolve.outbound import rule_problems
from lateen.resolve.rules import rules_of
from lateen.resolve.sds import add_secrets
from lateen.resolve.view import GatewayView, OutboundPart


def resolve_gateway(view: GatewayView) -> OutboundPart:
    """The listeners of all ports that some Gateway opens, and the routes of the HTTP ones. No Gateway: none."""
    memo = view.memo
    names = {f"{each.metadata.namespace}/{each.metadata.name}" for each in view.gateways}
    rules = [
        rule for rule in rules_of(memo, view.virtual_services, view.settings) if not names.isdisjoint(rule.gateways)
    ]
    merged = merge_servers(view)
    problems: list[Problem] = [*merged.problems, *rule_problems(view, rules)]
    problems += unserved_hosts(rules, (server for gateway in view.gateways for server in servers_of(gateway)))
    listeners: dict[str, Listener] = {}
    routes: dict[str, RouteConfig] = {}
    secrets: dict[str, Secret] = {}
    for port, servers in merged.by_port.items():
        chains: Sequence[FilterChain]
        if servers[0].is_plain_http:
            config, found = gateway_routes(view, route_name(port), servers, rules)
            routes[config.name] = config
            problems += found
            chains = (FilterChain(name="", network=http_connections(view, port, route_name(port))),)
        elif servers[0].is_tls:
            told = tls_port(view, port, servers, rules)
            routes |= told.routes
            add_secrets(secrets, told.secrets.values())
            problems += told.problems
            chains = told.chains
        else:
            connections = server_connections(view, servers[0], rules)
            chains = (connections_chain(connections),) if connections else ()
            problems += () if connections else (unbound(servers[0]),)
        if chains:
            listeners[name_of(port)] = memo.keep(("listener", port), _listener(view, port, servers, chains))
    return memo.recall(
        "part",
        OutboundPart,
        memo.keep("listeners", listeners),
        memo.keep("routes", routes),
        memo.keep("secrets", secrets),
        memo.keep("problems", tuple(dict.fromkeys(problems))),
    )


def _listener(
    view: GatewayView, port: Port, servers: Sequence[GatewayServer], chains: Sequence[FilterChain]
) -> Listener:
    return Listener(
        name=name_of(port),
        binds=binds_for(port, view.fronts, view.port_numbers, view.scope.host_netns),
        direction=Direction.OUTBOUND,
        chains=tuple(chains),
        filters=(ListenerFilter.TLS_INSPECTOR,) if servers[0].is_tls else (),
        origins=tuple(dict.fromkeys(server.origin for server in servers)),
    )
