"""Filter chains: which connections they take and what they do with them."""

from envoy.config.listener.v3 import listener_components_pb2 as components_pb2

from lateen.ir.listener import ChainMatch, FilterChain, Http
from lateen.translate import scalar
from lateen.translate.address import cidr_range
from lateen.translate.downstream_tls import downstream_socket
from lateen.translate.http_connection import http_filter
from lateen.translate.metadata import origins_metadata
from lateen.translate.tcp_proxy import tcp_filters

HANDSHAKE_TIMEOUT_MS = 15_000
"""How long a client may take to shake hands: a silent one must not hold a connection for ever. Istio's number."""


def filter_chain(chain: FilterChain) -> components_pb2.FilterChain:
    network = chain.network
    return components_pb2.FilterChain(
        name=chain.name,
        filter_chain_match=chain_match(chain.match),
        filters=[http_filter(network)] if isinstance(network, Http) else tcp_filters(network),
        transport_socket=None if chain.tls is None else downstream_socket(chain.tls),
        transport_socket_connect_timeout=None if chain.tls is None else scalar.duration(HANDSHAKE_TIMEOUT_MS),
        metadata=origins_metadata(chain.origins, chain.rule),
    )


def chain_match(match: ChainMatch) -> components_pb2.FilterChainMatch | None:
    """The conditions, or nothing where every connection is taken."""
    envoy = components_pb2.FilterChainMatch(
        destination_port=scalar.optional_uint32(match.destination_port),
        prefix_ranges=[cidr_range(cidr) for cidr in match.destination_cidrs],
        source_prefix_ranges=[cidr_range(cidr) for cidr in match.source_cidrs],
        server_names=match.server_names,
        transport_protocol=match.transport,
        application_protocols=match.alpn,
    )
    return envoy if envoy.ByteSize() else None
