"""Socket addresses and address ranges."""

from ipaddress import ip_network

from envoy.config.core.v3 import address_pb2, config_source_pb2

from lateen.api.unix import UNIX_SCHEME
from lateen.translate import scalar


def socket_address(address: str, port: int, netns: str = "") -> address_pb2.Address:
    """The address of a socket: TCP, or a Unix socket where `address` is `unix://…` (`unix://@name` is abstract)."""
    if address.startswith(UNIX_SCHEME):
        return address_pb2.Address(pipe=address_pb2.Pipe(path=address.removeprefix(UNIX_SCHEME)))
    return address_pb2.Address(
        socket_address=address_pb2.SocketAddress(address=address, port_value=port, network_namespace_filepath=netns)
    )


def cidr_range(text: str) -> address_pb2.CidrRange:
    """`10.0.0.0/8`, or a single address."""
    network = ip_network(text, strict=False)
    return address_pb2.CidrRange(
        address_prefix=str(network.network_address), prefix_len=scalar.uint32(network.prefixlen)
    )


def ads_source() -> config_source_pb2.ConfigSource:
    """Fetched over the one ADS stream; Envoy waits for it however long it takes, as Istio's proxies do."""
    return config_source_pb2.ConfigSource(
        ads=config_source_pb2.AggregatedConfigSource(),
        initial_fetch_timeout=scalar.duration(0),
        resource_api_version=config_source_pb2.ApiVersion.Value("V3"),
    )
