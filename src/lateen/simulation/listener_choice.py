"""Which listener and which filter chain take a connection."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network

from envoy.config.core.v3.address_pb2 import Address, CidrRange
from envoy.config.core.v3.base_pb2 import INBOUND
from envoy.config.listener.v3.listener_components_pb2 import FilterChain, FilterChainMatch
from envoy.config.listener.v3.listener_pb2 import Listener

from lateen.api.unix import UNIX_SCHEME
from lateen.ir.names import WILDCARD_ADDRESS
from lateen.simulation.call import Call, Entry, Protocol
from lateen.translate.names import HTTP_INSPECTOR_FILTER, ORIGINAL_DST_FILTER, TLS_INSPECTOR_FILTER


def listener_for(listeners: Mapping[str, Listener], call: Call) -> Listener | None:
    """The listener that takes the connection: for outbound calls the one that the capturing listener hands it to.

    Connections to the client's own machine are not captured: they reach listeners with a socket of their own.
    """
    if call.entry is Entry.DIRECT or (call.entry is Entry.OUTBOUND and call.is_local):
        return _at(listeners.values(), call, bound=True)
    if call.entry is Entry.INBOUND:
        arriving = [each for each in listeners.values() if is_bound(each) and each.traffic_direction == INBOUND]
        own = [each for each in arriving if not _restores(each)]
        return _at(own, call, bound=True) or next((each for each in arriving if _restores(each)), None)
    leaving = (each for each in listeners.values() if is_bound(each) and each.traffic_direction != INBOUND)
    capturing = next((each for each in leaving if each.use_original_dst.value), None)
    return _at(listeners.values(), call, bound=False) or capturing


def _restores(listener: Listener) -> bool:
    """Whether it asks where captured connections were going; what has a listener of its own it passes on there."""
    return any(each.name == ORIGINAL_DST_FILTER for each in listener.listener_filters)


def is_bound(listener: Listener) -> bool:
    """Whether it has a socket of its own."""
    return not listener.HasField("bind_to_port") or listener.bind_to_port.value


def _at(listeners: Iterable[Listener], call: Call, *, bound: bool) -> Listener | None:
    """By the very address first, then by any address with the port."""
    candidates = [listener for listener in listeners if is_bound(listener) == bound]
    for address in (call.address, WILDCARD_ADDRESS):
        for listener in candidates:
            if (address, call.port) in _addresses(listener):
                return listener
    return None


def _addresses(listener: Listener) -> list[tuple[str, int]]:
    all_of_them = [listener.address, *(extra.address for extra in listener.additional_addresses)]
    return [address_and_port(address) for address in all_of_them]


def address_and_port(address: Address) -> tuple[str, int]:
    """An address as calls name it; that of a socket file is `unix://…`, and its port 0."""
    if address.HasField("pipe"):
        return f"{UNIX_SCHEME}{address.pipe.path}", 0
    return address.socket_address.address, address.socket_address.port_value


def chain_for(listener: Listener, call: Call) -> FilterChain | None:
    """Envoy's rule: criterion by criterion the most specific chains stay, and there is no way back.

    A chain that asks for nothing at a criterion stays only where no other is better.
    """
    chains = list(listener.filter_chains)
    for rank in _ranks(listener, call):
        ranked = [(rank(chain.filter_chain_match), chain) for chain in chains]
        best = max((value for value, _ in ranked), default=-1)
        chains = [chain for value, chain in ranked if value == best >= 0]
    if chains:
        return chains[0]
    return listener.default_filter_chain if listener.HasField("default_filter_chain") else None


Rank = Callable[[FilterChainMatch], int]
"""How specifically a criterion is met: 0 where none is asked for, negative where it isn't met."""


def _ranks(listener: Listener, call: Call) -> list[Rank]:
    filters = {listener_filter.name for listener_filter in listener.listener_filters}
    encrypted = call.protocol.encrypted and TLS_INSPECTOR_FILTER in filters
    transport = "tls" if encrypted else "raw_buffer"
    name = call.server_name if encrypted else ""
    protocols = _application_protocols(call, inspected=HTTP_INSPECTOR_FILTER in filters, encrypted=encrypted)
    return [
        lambda match: _exact(match.destination_port.value, call.port) if match.HasField("destination_port") else 0,
        lambda match: _range_rank(match.prefix_ranges, call.address),
        lambda match: _name_rank(match.server_names, name),
        lambda match: _exact(match.transport_protocol, transport) if match.transport_protocol else 0,
        lambda match: _any_rank(match.application_protocols, protocols),
        lambda match: _range_rank(match.source_prefix_ranges, call.source),
    ]


def _application_protocols(call: Call, *, inspected: bool, encrypted: bool) -> frozenset[str]:
    protocol = call.protocol
    if encrypted:
        if call.alpn:
            return frozenset(call.alpn.split(","))
        return frozenset({"h2", "http/1.1"}) if protocol is Protocol.HTTPS else frozenset()
    if not inspected:
        return frozenset()
    return {Protocol.HTTP: frozenset({"http/1.1"}), Protocol.HTTP2: frozenset({"h2c"})}.get(protocol, frozenset())


def _exact(wanted: object, actual: object) -> int:
    return 1 if wanted == actual else -1


def _any_rank(wanted: Iterable[str], actual: frozenset[str]) -> int:
    asked = frozenset(wanted)
    return 0 if not asked else (1 if asked & actual else -1)


def _range_rank(ranges: Iterable[CidrRange], address: str) -> int:
    networks = [ip_network(f"{one.address_prefix}/{one.prefix_len.value}") for one in ranges]
    if not networks:
        return 0
    return max((1 + network.prefixlen for network in networks if ip_address(address) in network), default=-1)


def _name_rank(names: Iterable[str], name: str) -> int:
    """An exact name is better than a longer wildcard, which is better than a shorter one."""
    asked = list(names)
    if not asked:
        return 0
    if name in asked:
        return 2 + len(name)
    suffixes = [one[1:] for one in asked if one.startswith("*.")]
    return max((len(suffix) for suffix in suffixes if name.endswith(suffix)), default=-1)
