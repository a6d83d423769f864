"""Where the connections of a gateway's TCP server go (`buildGatewayNetworkFiltersFromTCPRoutes` in Istio)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lateen.ir.listener import FilterChain, Tcp
from lateen.model.hostname import overlaps
from lateen.resolve.gateway_servers import GatewayServer
from lateen.resolve.rules import Rule
from lateen.resolve.tcp_routes import client_matches, forward_to
from lateen.resolve.view import OutboundView


@dataclass(frozen=True, slots=True)
class Connections:
    """Where part `part` (`tcp[0]`) of a rule sends connections."""

    rule: Rule
    part: str
    network: Tcp


def server_connections(view: OutboundView, server: GatewayServer, rules: Sequence[Rule]) -> Connections | None:
    """The first TCP route for the server, of the first rule that has one; `None` if no rule has."""
    for rule in rules:
        if server.gateway not in rule.gateways or not _shares_host(server, rule):
            continue
        for number, route in enumerate(rule.source.spec.tcp):
            matching = any(client_matches(each, rule, server.gateway, server.port, view) for each in route.match)
            if route.route and (matching or not route.match):
                return Connections(rule, f"tcp[{number}]", forward_to(view, rule, route.route, server.port))
    return None


@dataclass(frozen=True, slots=True)
class PassedThrough(Connections):
    """Connections of TLS that is not ended: by the names clients ask for, where one match of one rule sends them."""

    path: str
    server_names: tuple[str, ...]


def passed_through(view: OutboundView, server: GatewayServer, rules: Sequence[Rule]) -> Iterator[PassedThrough]:
    """Every match of TLS routes for the server, of all rules bound to it, in their order."""
    for rule in rules:
        if server.gateway not in rule.gateways or not _shares_host(server, rule):
            continue
        for number, route in enumerate(rule.source.spec.tls):
            for place, match in enumerate(route.match if route.route else ()):
                if client_matches(match, rule, server.gateway, server.port, view):
                    yield PassedThrough(
                        rule=rule,
                        path=f"spec.tls[{number}].match[{place}].sniHosts",
                        part=f"tls[{number}]",
                        server_names=tuple(sorted({name.lower() for name in match.sni_hosts})),
                        network=forward_to(view, rule, route.route, server.port),
                    )


def connections_chain(found: Connections) -> FilterChain:
    """The filter chain of those connections, on behalf of the rule."""
    return FilterChain(name="", network=found.network, origins=(found.rule.origin,), rule=found.part)


def _shares_host(server: GatewayServer, rule: Rule) -> bool:
    return any(overlaps(ours, theirs) for ours in server.hosts_for(rule.namespace) for theirs in rule.hosts)
