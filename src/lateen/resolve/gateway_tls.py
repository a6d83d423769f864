"""The filter chains of a gateway's TLS port: each server's, by the names that clients ask for.

Rules: `buildGatewayTCPBasedFilterChains` in Istio.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from lateen.api.problem import Problem
from lateen.ir.listener import ChainMatch, FilterChain, Http
from lateen.ir.route import RouteConfig
from lateen.ir.secret import Secret
from lateen.resolve.access_log import access_log
from lateen.resolve.auto_passthrough import passed_on_chains
from lateen.resolve.credentials import credentials_for
from lateen.resolve.dynamic_dns import looking_up
from lateen.resolve.gateway_routes import gateway_routes
from lateen.resolve.gateway_servers import AUTO_PASSTHROUGH, CONFLICT, GatewayServer, Port, https_route_name, name_of
from lateen.resolve.gateway_tcp import connections_chain, passed_through, server_connections
from lateen.resolve.rules import Rule
from lateen.resolve.sds import add_secrets
from lateen.resolve.view import GatewayView


@dataclass(slots=True)
class TlsPort:
    """What becomes of a port whose clients speak TLS."""

    chains: list[FilterChain] = field(default_factory=list)
    routes: dict[str, RouteConfig] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    """The names of which some chain takes the connections; `*` for all that have no chain of their own."""


def tls_port(view: GatewayView, port: Port, servers: Sequence[GatewayServer], rules: Sequence[Rule]) -> TlsPort:
    """The chains of all servers of a port, in their order: where two take the same name it is the later that yields."""
    result = TlsPort()
    for server in servers:
        if server.is_passed_through:
            _pass_through(view, server, rules, result)
        elif server.mode == AUTO_PASSTHROUGH:
            result.chains += passed_on_chains(view, server, result.taken)
        else:
            _terminate(view, port, server, rules, result)
    return result


def http_connections(view: GatewayView, port: Port, route_name: str, stat_prefix: str = "") -> Http:
    """Clients are outside the mesh: their address is the peer's, and only certificates checked here are passed on."""
    http = Http(
        stat_prefix=stat_prefix or f"outbound_{name_of(port)}",
        route_name=route_name,
        access_log=access_log(view.settings),
        use_remote_address=True,
        forward_client_cert="SANITIZE_SET",
    )
    return looking_up(http, view.services)


def _terminate(view: GatewayView, port: Port, server: GatewayServer, rules: Sequence[Rule], result: TlsPort) -> None:
    found = credentials_for(view, server)
    result.problems += found.problems
    if found.tls is None:
        return
    chain = _chain(view, port, server, rules)
    if chain is None:
        result.problems.append(unbound(server))
        return
    names = _free(server.server_names, result)
    if not names:
        return
    if server.is_https:
        config, problems = gateway_routes(view, https_route_name(server), (server,), rules)
        result.routes[config.name] = config
        result.problems += problems
    add_secrets(result.secrets, found.secrets.values())
    origins = tuple(dict.fromkeys((*chain.origins, server.origin)))
    result.chains.append(replace(chain, match=_match(names), tls=found.tls, origins=origins))


def _chain(view: GatewayView, port: Port, server: GatewayServer, rules: Sequence[Rule]) -> FilterChain | None:
    """What is done with connections whose TLS is ended; `None` if no rule says it."""
    if server.is_https:
        network = http_connections(view, port, https_route_name(server), server.server.name)
        return FilterChain(name="", network=network, origins=(server.origin,), rule=_part(server))
    connections = server_connections(view, server, rules)
    return connections_chain(connections) if connections else None


def _pass_through(view: GatewayView, server: GatewayServer, rules: Sequence[Rule], result: TlsPort) -> None:
    before = len(result.chains)
    refused = False
    for route in passed_through(view, server, rules):
        twice = [name for name in route.server_names if name in result.taken]
        if twice:
            refused = True
            message = (
                f"{' '.join(twice)} is routed already at {server.gateway} port {server.port}: the match is left out"
            )
            problem = route.rule.problem(route.path, CONFLICT, message, "route each server name once", error=True)
            result.problems.append(problem)
            continue
        result.taken.update(route.server_names)
        result.chains.append(replace(connections_chain(route), match=_match(route.server_names)))
    if len(result.chains) == before and not refused:
        result.problems.append(unbound(server))


def _free(names: Sequence[str], result: TlsPort) -> tuple[str, ...]:
    """Those of a server's names that no chain has; a server for all names has them all in one."""
    wanted = ("*",) if "*" in names else names
    free = tuple(name for name in wanted if name not in result.taken)
    result.taken.update(free)
    return free


def _match(names: Sequence[str]) -> ChainMatch:
    return ChainMatch(server_names=() if "*" in names else tuple(sorted(names)))


def _part(server: GatewayServer) -> str:
    return server.config_path.removeprefix("spec.")


def unbound(server: GatewayServer) -> Problem:
    """The finding about a server without routes."""
    kind = "tls" if server.is_passed_through else "tcp"
    message = f"port {server.port} is not opened: no VirtualService bound to {server.gateway} has {kind} routes for it"
    hint = f"apply a VirtualService with gateways: [{server.gateway}] and {kind} routes"
    return server.problem("NoRoute", message, hint)
