"""The listeners of sidecars: one for each port that carries requests, one for each address and port of other services.

Rules: `buildSidecarOutboundListener` and `buildListenerFromEntry` in Istio.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from lateen.api.problem import Problem, Severity
from lateen.ir.listener import (
    Bind,
    ChainMatch,
    Direction,
    FilterChain,
    Http,
    Listener,
    ListenerFilter,
    Tcp,
    TcpTarget,
)
from lateen.ir.names import (
    BLACK_HOLE_CLUSTER,
    INBOUND_PORT,
    OUTBOUND_PORT,
    PASSTHROUGH_CLUSTER,
    READINESS_PORT,
    STATS_PORT,
    VIRTUAL_OUTBOUND,
    WILDCARD_ADDRESS,
    listener_name,
    outbound_route,
    sniffed_route,
)
from lateen.model.hostname import is_address
from lateen.model.service import Protocol, Resolution, Service, ServicePort
from lateen.model.settings import MeshSettings, OutboundMode
from lateen.resolve.access_log import access_log
from lateen.resolve.aliases import aliases_in
from lateen.resolve.destinations import facts
from lateen.resolve.dynamic_dns import chain_looking_up
from lateen.resolve.egress import EgressPlace
from lateen.resolve.rules import HostIndex, Target
from lateen.resolve.tcp_routes import connection_rules, networks, service_chains, targets_of
from lateen.resolve.view import OutboundView
from lateen.resolve.virtual_hosts import host_names

CONFLICT = "ListenerConflict"

_EVERYTHING = ChainMatch()

_PLAINTEXT_HTTP = ChainMatch(alpn=("http/1.1", "h2c"), transport="raw_buffer")
"""Connections in which the inspector sees HTTP; HTTP/1.0 is passed on unread, as in Istio."""

_TAKEN = frozenset({OUTBOUND_PORT, INBOUND_PORT, READINESS_PORT, STATS_PORT})
"""Ports at which 0.0.0.0 has a listener already."""


class Claim(NamedTuple):
    """What one service port wants done with connections to an address and port."""

    service: Service
    port: ServicePort
    chains: tuple[FilterChain, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """An address and port to listen at."""

    address: str
    port: int

    @property
    def name(self) -> str:
        """The listener's name."""
        return listener_name(self.address, self.port)


class Made(NamedTuple):
    """A listener, and what was refused on the way."""

    listener: Listener
    problems: tuple[Problem, ...] = ()


def listeners_of(view: OutboundView, index: HostIndex, taken: Container[str] = ()) -> Iterator[Made]:
    """Every listener of a view except the one that capture leads to, and those whose names are `taken`."""
    claims: dict[tuple[str, int], list[Claim]] = {}
    for service in sorted(view.services, key=_age):
        for port in service.ports if view.place.port is None else (view.place.port,):
            for address, chains in _claims(view, index, service, port):
                claims.setdefault((address, port.number), []).append(Claim(service, port, chains))
    for (address, number), group in claims.items():
        if listener_name(address, number) not in taken and (address != WILDCARD_ADDRESS or number not in _TAKEN):
            yield view.memo.recall(
                ("listener", address, number),
                lambda *_, place=Place(address, number), group=tuple(group): _listener(view, place, group),
                view.settings,
                view.place,
                view.elsewhere,
                *(part for claim in group for part in (claim.service, claim.chains)),
            )


def _age(service: Service) -> tuple[str, str]:
    return service.created, service.hostname


def _claims(
    view: OutboundView, index: HostIndex, service: Service, port: ServicePort
) -> Iterator[tuple[str, tuple[FilterChain, ...]]]:
    if service.alias_of or port.protocol is Protocol.UDP:
        return
    if port.protocol.is_http:
        address = view.place.address or WILDCARD_ADDRESS
        yield address, _http_chain(view, address, port, shared_route(view.place, port.number))
        return
    for address, cidrs in _addresses(view, service, port):
        chains = _chains(view, index, service, port, address, cidrs)
        if port.protocol is Protocol.AUTO:
            shared = address == WILDCARD_ADDRESS or not port.number
            route = shared_route(view.place, port.number) if shared else sniffed_route(service.hostname, port.number)
            chains = view.memo.keep(
                ("sniffed chains", service.hostname, address, port.number),
                (*chains, *_http_chain(view, address, port, route)),
            )
        yield address, chains


def _addresses(view: OutboundView, service: Service, port: ServicePort) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where to listen for a port, each with the networks to match there: the service's addresses, the pods' of a
    headless one; 0.0.0.0 where there are none, or only networks. A Sidecar may say otherwise."""
    if view.place.address:
        yield view.place.address, ()
        return
    addresses = [each for each in service.addresses if "/" not in each]
    cidrs = networks(each for each in service.addresses if "/" in each)
    for address in addresses:
        yield address, ()
    if cidrs:
        yield WILDCARD_ADDRESS, cidrs
    # Clients that know other addresses of the host than the mesh's own still name it in TLS.
    if (addresses or cidrs) and not (service.automatic and port.protocol.is_tls):
        return
    if service.headless or service.resolution is Resolution.NONE:
        endpoints = view.headless.get((service.namespace, service.hostname, port.number), ())
        pods = dict.fromkeys(each.address for each in endpoints if is_address(each.address))
        for address in pods:
            yield address, ()
        if pods or service.is_kubernetes or service.selector:
            return
    yield WILDCARD_ADDRESS, ()


def _chains(
    view: OutboundView, index: HostIndex, service: Service, port: ServicePort, address: str, cidrs: tuple[str, ...]
) -> tuple[FilterChain, ...]:
    rules = tuple(connection_rules(index.for_host(service.hostname)))
    told_by_name = address == WILDCARD_ADDRESS or service.resolution is Resolution.DYNAMIC_DNS
    sni = _server_names(view, service) if told_by_name and service.hostname != "*" else ()
    return view.memo.recall(
        ("chains", service.hostname, address, port.number),
        lambda *_: service_chains(view, service, port, rules, cidrs, sni),
        service,
        view.settings,
        *sni,
        *rules,
        *facts(view, [Target(service.hostname, "", port.number, ""), *targets_of(rules)], port.number),
    )


def _server_names(view: OutboundView, service: Service) -> tuple[str, ...]:
    """The names by which clients ask for a service in TLS: its own, and its aliases with their shorter forms."""
    aliases = aliases_in(view.memo, view.services).get(service.hostname, ())
    namespace, domain = view.scope.namespace, view.settings.cluster_domain
    return (service.hostname, *(name for alias in aliases for name in host_names(alias, namespace, domain)))


def shared_route(place: EgressPlace, port: int) -> str:
    """The route configuration of all HTTP services at a port; that of a socket file has the file's name."""
    return outbound_route(port) if port else place.address


def _http_chain(view: OutboundView, address: str, port: ServicePort, route: str) -> tuple[FilterChain, ...]:
    """Where the workload itself chose to dial the listener, there is nothing but HTTP to expect."""
    only_http = port.protocol.is_http and (view.place.proxy or address != WILDCARD_ADDRESS)
    match = _EVERYTHING if only_http else _PLAINTEXT_HTTP
    return view.memo.recall(
        ("http chain", address, port.number, route),
        lambda *_: _make_http_chain(address, port.number, route, match, view.settings),
        match,
        view.settings,
    )


def _make_http_chain(
    address: str, port: int, route: str, match: ChainMatch, settings: MeshSettings
) -> tuple[FilterChain, ...]:
    http = Http(
        stat_prefix=f"outbound_{listener_name(address, port)}", route_name=route, access_log=access_log(settings)
    )
    return (FilterChain(name="", match=match, network=http),)


def _listener(view: OutboundView, place: Place, claims: Sequence[Claim]) -> Made:
    """One listener of all that is claimed at a place; what takes every connection comes last."""
    kept, problems = _merge(place, claims)
    default = kept.pop(_EVERYTHING, None)
    services = [claim.service for claim in claims]
    chains = tuple(chain_looking_up(chain, services) for chain in kept.values())
    if not chains and default is not None:
        chains, default = (default,), None
    elif default is None:
        default = FilterChain(name="PassthroughFilterChain", network=unknown_connections(view.settings, view.elsewhere))
    filters = tuple(_inspectors(chains))
    listener = Listener(
        name=place.name,
        binds=(Bind(address=place.address, port=place.port),),
        direction=Direction.OUTBOUND,
        chains=chains,
        default_chain=default,
        filters=filters,
        inspection_timeout_ms=view.settings.protocol_detection_timeout_ms if filters else None,
        bound=view.place.bound,
        fresh_socket=view.place.bound,
        origins=view.place.origins,
    )
    return Made(listener, problems)


def _inspectors(chains: Sequence[FilterChain]) -> Iterator[ListenerFilter]:
    if any(chain.match.server_names for chain in chains):
        yield ListenerFilter.TLS_INSPECTOR
    if any(chain.match.alpn for chain in chains):
        yield ListenerFilter.HTTP_INSPECTOR


def _merge(place: Place, claims: Sequence[Claim]) -> tuple[dict[ChainMatch, FilterChain], tuple[Problem, ...]]:
    """The chains of all claims; what two of them claim goes to the older service, for Envoy refuses overlapping chains.

    MongoDB and MySQL share a port with no other protocol, because their servers speak first.
    """
    kept: dict[ChainMatch, FilterChain] = {}
    owners: dict[object, Claim] = {}
    problems: list[Problem] = []
    for claim in claims:
        if not _share_port(claims[0].port.protocol, claim.port.protocol):
            problems.append(_refused(place, claim, claims[0]))
            continue
        for chain in claim.chains:
            match = _free(chain.match, owners)
            if match is not None:
                kept[match] = chain if match is chain.match else msgspec.structs.replace(chain, match=match)
            if match is not chain.match and isinstance(chain.network, Tcp):
                owner = next(owners[each] for each in _conditions(chain.match) if each in owners)
                if owner is not claim:
                    problems.append(_refused(place, claim, owner))
            for each in _conditions(match) if match else ():
                owners[each] = claim
    return kept, tuple(dict.fromkeys(problems))


def _conditions(match: ChainMatch) -> list[tuple[object, ...]]:
    """Every single condition that a match is made of: one network, one name."""
    rest = (match.destination_port, match.transport, match.alpn)
    return [(*rest, cidr, name) for cidr in match.destination_cidrs or ("",) for name in match.server_names or ("",)]


def _free(match: ChainMatch, owners: Mapping[object, object]) -> ChainMatch | None:
    """The part of a match that nobody has claimed yet: the match itself, or fewer names or networks, or nothing."""
    taken = [each for each in _conditions(match) if each in owners]
    if not taken:
        return match
    field = "server_names" if match.server_names else "destination_cidrs"
    gone = {each[-1] if match.server_names else each[-2] for each in taken}
    left = tuple(each for each in getattr(match, field) if each not in gone)
    return msgspec.structs.replace(match, **{field: left}) if left else None


def _share_port(one: Protocol, other: Protocol) -> bool:
    return one is other or {one, other}.isdisjoint({Protocol.MONGO, Protocol.MYSQL})


def _refused(place: Place, claim: Claim, owner: Claim) -> Problem:
    declared = claim.service.ports  # not the port where a Sidecar says which: it may even lack a number
    path = f"spec.ports[{declared.index(claim.port)}]" if claim.port in declared else "spec.ports"
    message = (
        f"connections to {place.address}:{place.port} go to {owner.service.hostname}, which is older: "
        f"nothing tells those for {claim.service.hostname} from them"
    )
    hint = "give the service an address of its own, another port, or a protocol that names the host (HTTP, TLS)"
    return Problem(claim.service.source, path, CONFLICT, Severity.WARNING, message, hint)


def unknown_connections(settings: MeshSettings, elsewhere: str) -> Tcp:
    """What is done with connections to no known service: passed on to the cluster `elsewhere`, or closed."""
    cluster = elsewhere if settings.outbound_mode is OutboundMode.ALLOW_ANY else BLACK_HOLE_CLUSTER
    return Tcp(stat_prefix=cluster, targets=(TcpTarget(cluster=cluster),), access_log=access_log(settings))


def virtual_outbound(settings: MeshSettings, elsewhere: str = PASSTHROUGH_CLUSTER) -> Listener:
    """The listener that capture leads to: it hands connections to the others by their original destination.

    Connections that really are for its own port are refused: passed on, they would come back for ever.
    """
    nowhere = Tcp(stat_prefix=BLACK_HOLE_CLUSTER, targets=(TcpTarget(cluster=BLACK_HOLE_CLUSTER),))
    return Listener(
        name=VIRTUAL_OUTBOUND,
        binds=(Bind(address=WILDCARD_ADDRESS, port=OUTBOUND_PORT),),
        direction=Direction.OUTBOUND,
        use_original_dst=True,
        chains=(
            FilterChain(
                name="virtualOutbound-blackhole", match=ChainMatch(destination_port=OUTBOUND_PORT), network=nowhere
            ),
            FilterChain(name="virtualOutbound-catchall-tcp", network=unknown_connections(settings, elsewhere)),
        ),
    )
