"""Where connections go whose requests are not read: TCP and TLS routes of VirtualServices, else the service itself.

Rules: `pilot/pkg/networking/core/tls.go` and `networkfilter.go` in Istio.
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from lateen.api.virtual_service import L4MatchAttributes, RouteDestination, TLSMatchAttributes
from lateen.ir.listener import ChainMatch, FilterChain, Tcp, TcpTarget, Tunnel
from lateen.ir.names import BLACK_HOLE_CLUSTER, Side, subset_key
from lateen.model.service import Service, ServicePort
from lateen.resolve.access_log import access_log
from lateen.resolve.destinations import cluster_or_black_hole, policy_of, port_for, service_for
from lateen.resolve.dynamic_dns import sni_lookup
from lateen.resolve.gateway_name import MESH, gateway_name
from lateen.resolve.rules import Rule, Target, target_of
from lateen.resolve.traffic_policy import milliseconds
from lateen.resolve.view import OutboundView


def networks(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses and networks in one notation, without repetitions."""
    return tuple(dict.fromkeys(str(ip_network(each, strict=False)) for each in addresses))


def client_matches(
    match: L4MatchAttributes | TLSMatchAttributes, rule: Rule, gateway: str, port: int, view: OutboundView
) -> bool:
    """Whether a match is for this client, this gateway (or `mesh`) and this port.

    Clients of gateways are outside of the mesh: what a match says of workloads is not asked there.
    """
    gateways = {gateway_name(name, rule.namespace) for name in match.gateways}
    if (gateways and gateway not in gateways) or match.port not in {0, port}:
        return False
    return gateway != MESH or (
        match.source_namespace in {"", view.scope.namespace}
        and match.source_labels.items() <= dict(view.scope.labels).items()
    )


def forward_to(view: OutboundView, rule: Rule, route: Sequence[RouteDestination], port: int) -> Tcp:
    """Passing bytes on to the targets of a route, by weight; without any, the connection is closed."""
    targets = [(each, target_of(each.destination, rule.namespace, view.settings.cluster_domain)) for each in route]
    if len(targets) > 1:
        targets = [pair for pair in targets if pair[0].weight > 0]
    clusters = tuple(
        TcpTarget(cluster=cluster_or_black_hole(view, target, port), weight=max(each.weight, 1))
        for each, target in targets
    )
    first = targets[0][1] if targets else None
    single = len(route) == 1 and first is not None
    prefix = _key(view, first, port) if single and first else f"{rule.name}.{rule.namespace}"
    return _tcp(view, prefix, clusters or (TcpTarget(cluster=BLACK_HOLE_CLUSTER),), first, port)


def _key(view: OutboundView, target: Target, port: int) -> str:
    service = service_for(view, target.host)
    return subset_key(Side.OUTBOUND, target.subset, target.host, port_for(service, target, port))


def forward_to_service(view: OutboundView, service: Service, port: int) -> Tcp:
    """Passing bytes on to a service that no rule speaks for."""
    target = Target(service.hostname, "", port, "")
    cluster = cluster_or_black_hole(view, target, port)
    return _tcp(view, _key(view, target, port), (TcpTarget(cluster=cluster),), target, port)


def _tcp(view: OutboundView, prefix: str, targets: tuple[TcpTarget, ...], first: Target | None, port: int) -> Tcp:
    service = service_for(view, first.host) if first else None
    policy = policy_of(view, first, port) if first else None
    pool = policy.connection_pool.tcp if policy and policy.connection_pool else None
    hashed = policy.load_balancer.consistent_hash if policy and policy.load_balancer else None
    return Tcp(
        stat_prefix=prefix,
        targets=targets,
        access_log=access_log(view.settings),
        idle_timeout_ms=milliseconds(pool.idle_timeout) if pool else None,
        max_connection_duration_ms=milliseconds(pool.max_connection_duration) if pool else None,
        hash_source_ip=bool(hashed and hashed.use_source_ip),
        sni_lookup=sni_lookup(service, port_for(service, first, port)) if service and first else None,
        tunnel=_tunnel(view, service, first.subset if len(targets) == 1 else "") if service and first else None,
    )


def _tunnel(view: OutboundView, service: Service, subset: str) -> Tunnel | None:
    """A subset's own tunnel, else the host's. It is the listener's, so that of several targets none has its own."""
    rule = view.rules.get(service.hostname)
    holder = rule.subset(subset) if rule and subset else rule
    tunnel = holder.traffic_policy.tunnel if holder and holder.traffic_policy else None
    if tunnel is None:
        return None
    host = f"[{tunnel.target_host}]" if ":" in tunnel.target_host else tunnel.target_host
    return Tunnel(authority=f"{host}:{tunnel.target_port}", use_post=tunnel.protocol == "POST")


def service_chains(
    view: OutboundView,
    service: Service,
    port: ServicePort,
    rules: Sequence[Rule],
    cidrs: tuple[str, ...],
    sni: tuple[str, ...],
) -> tuple[FilterChain, ...]:
    """The filter chains for connections to one port of a service. `cidrs` are its addresses where the listener does not
    say them, `sni` its names where only they tell it from others on the port."""
    if port.protocol.is_tls:
        return tuple(_tls_chains(view, service, port, rules, cidrs, sni))
    return tuple(_tcp_chains(view, service, port, rules, cidrs))


def _tcp_chains(
    view: OutboundView, service: Service, port: ServicePort, rules: Sequence[Rule], cidrs: tuple[str, ...]
) -> Iterator[FilterChain]:
    """The rules' chains up to the first that takes every connection, else the service's own."""
    taken: list[tuple[str, ...]] = []
    for rule in rules:
        for number, route in enumerate(rule.source.spec.tcp):
            matches = [each for each in route.match if client_matches(each, rule, MESH, port.number, view)]
            if not route.route or (route.match and not matches):
                continue
            network = forward_to(view, rule, route.route, port.number)
            everything = not matches or any(not each.destination_subnets for each in matches)
            subnets = cidrs if everything else networks(cidr for each in matches for cidr in each.destination_subnets)
            yield _chain(network, ChainMatch(destination_cidrs=subnets), rule, f"tcp[{number}]")
            if everything:
                return
            taken.append(tuple(sorted(subnets)))
    if tuple(sorted(cidrs)) not in taken:
        yield _chain(forward_to_service(view, service, port.number), ChainMatch(destination_cidrs=cidrs))


def _tls_chains(
    view: OutboundView,
    service: Service,
    port: ServicePort,
    rules: Sequence[Rule],
    cidrs: tuple[str, ...],
    sni: tuple[str, ...],
) -> Iterator[FilterChain]:
    """The rules' chains by server name; the service's own only if there are none."""
    chains: dict[ChainMatch, FilterChain] = {}
    for rule, number, match, network in _tls_routes(view, port, rules):
        names = () if "*" in match.sni_hosts else tuple(sorted(match.sni_hosts))
        condition = ChainMatch(server_names=names, destination_cidrs=networks(match.destination_subnets) or cidrs)
        chains.setdefault(condition, _chain(network, condition, rule, f"tls[{number}]"))
    if chains:
        yield from chains.values()
    else:
        condition = ChainMatch(server_names=sni, destination_cidrs=cidrs)
        yield _chain(forward_to_service(view, service, port.number), condition)


def _tls_routes(
    view: OutboundView, port: ServicePort, rules: Sequence[Rule]
) -> Iterator[tuple[Rule, int, TLSMatchAttributes, Tcp]]:
    for rule in rules:
        for number, route in enumerate(rule.source.spec.tls):
            for match in route.match if route.route else ():
                if client_matches(match, rule, MESH, port.number, view):
                    yield rule, number, match, forward_to(view, rule, route.route, port.number)


def _chain(network: Tcp, match: ChainMatch, rule: Rule | None = None, part: str = "") -> FilterChain:
    return FilterChain(name="", match=match, network=network, origins=(rule.origin,) if rule else (), rule=part)


def speaks_of_connections(rule: Rule) -> bool:
    """Whether a rule routes connections at all."""
    return bool(rule.source.spec.tcp or rule.source.spec.tls)


def connection_rules(rules: Sequence[Rule]) -> list[Rule]:
    """Those of `rules` that route connections."""
    return [rule for rule in rules if speaks_of_connections(rule)]


def targets_of(rules: Sequence[Rule]) -> Iterator[Target]:
    """Where the connections of `rules` go."""
    for rule in rules:
        yield from rule.l4
