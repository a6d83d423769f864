"""A scope of gateway proxies: the listeners that Gateways ask for, and their routes."""

from collections.abc import Sequence

from lateen.api.problem import Problem
from lateen.ir.listener import Direction, FilterChain, Http, Listener, Tcp
from lateen.ir.route import RouteConfig
from lateen.resolve.gateway_routes import gateway_hosts, unserved_hosts
from lateen.resolve.gateway_servers import (
    GatewayServer,
    Port,
    binds_for,
    merge_servers,
    name_of,
    route_name,
    servers_of,
)
from lateen.resolve.gateway_tcp import server_connections
from lateen.resolve.outbound import MOST_DIRECT_RESPONSE, rule_problems
from lateen.resolve.rules import Rule, rules_of
from lateen.resolve.tcp_routes import access_log
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
    for port, servers in merged.by_port.items():
        if servers[0].is_plain_http:
            config, found = _routes(view, port, servers, rules)
            routes[config.name] = config
            problems += found
            network: Http | Tcp | None = _http(view, port)
        else:
            network = server_connections(view, servers[0], rules)
        if network is None:
            problems.append(_unbound(servers[0], port))
            continue
        listeners[name_of(port)] = memo.keep(("listener", port), _listener(view, port, servers, network))
    return memo.recall(
        "part",
        OutboundPart,
        memo.keep("listeners", listeners),
        memo.keep("routes", routes),
        memo.keep("problems", tuple(dict.fromkeys(problems))),
    )


def _routes(
    view: GatewayView, port: Port, servers: Sequence[GatewayServer], rules: Sequence[Rule]
) -> tuple[RouteConfig, list[Problem]]:
    found = gateway_hosts(view, route_name(port), servers, rules)
    config = RouteConfig(
        name=route_name(port),
        virtual_hosts=found.hosts,
        ignore_port=True,
        max_direct_response_bytes=MOST_DIRECT_RESPONSE,
    )
    return view.memo.keep(("routes of", port), config), found.problems


def _http(view: GatewayView, port: Port) -> Http:
    """Clients are outside the mesh: their address is the peer's, and they say nothing about certificates."""
    return Http(
        stat_prefix=f"outbound_{name_of(port)}",
        route_name=route_name(port),
        access_log=access_log(view.settings),
        use_remote_address=True,
        forward_client_cert="SANITIZE_SET",
    )


def _listener(view: GatewayView, port: Port, servers: Sequence[GatewayServer], network: Http | Tcp) -> Listener:
    return Listener(
        name=name_of(port),
        binds=binds_for(port, view.fronts, view.port_numbers, view.scope.host_netns),
        direction=Direction.OUTBOUND,
        chains=(FilterChain(name="", network=network),),
        origins=tuple(dict.fromkeys(server.origin for server in servers)),
    )


def _unbound(server: GatewayServer, port: Port) -> Problem:
    message = f"port {port.number} is not opened: no VirtualService bound to {server.gateway} has tcp routes for it"
    hint = f"apply a VirtualService with gateways: [{server.gateway}] and tcp routes"
    return server.problem("NoRoute", message, hint)
