"""Passing bytes on."""

from envoy.config.listener.v3 import listener_components_pb2 as components_pb2
from envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3 import sni_dynamic_forward_proxy_pb2 as sni_pb2
from envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2
from envoy.type.v3 import hash_policy_pb2

from lateen.ir.listener import SniLookup, Tcp, Tunnel
from lateen.translate import scalar
from lateen.translate.access_log import access_logs
from lateen.translate.dns_cache import dns_cache
from lateen.translate.names import SNI_FORWARD_PROXY, TCP_PROXY
from lateen.translate.wire import pack


def tcp_filters(tcp: Tcp) -> list[components_pb2.Filter]:
    """The network filters that hand a connection to one of its targets."""
    proxy = components_pb2.Filter(name=TCP_PROXY, typed_config=pack(tcp_proxy(tcp)))
    return [proxy] if tcp.sni_lookup is None else [_sni_filter(tcp.sni_lookup), proxy]


def _sni_filter(lookup: SniLookup) -> components_pb2.Filter:
    config = sni_pb2.FilterConfig(dns_cache_config=dns_cache(lookup.dns_cache), port_value=lookup.port)
    return components_pb2.Filter(name=SNI_FORWARD_PROXY, typed_config=pack(config))


def tcp_proxy(tcp: Tcp) -> tcp_proxy_pb2.TcpProxy:
    proxy = tcp_proxy_pb2.TcpProxy(
        stat_prefix=tcp.stat_prefix,
        access_log=access_logs(tcp.access_log),
        idle_timeout=scalar.optional_duration(tcp.idle_timeout_ms),
        max_downstream_connection_duration=scalar.optional_duration(tcp.max_connection_duration_ms),
        hash_policy=[_source_ip()] if tcp.hash_source_ip else [],
        tunneling_config=None if tcp.tunnel is None else _tunnel(tcp.tunnel),
    )
    if len(tcp.targets) == 1:
        proxy.cluster = tcp.targets[0].cluster
    for target in tcp.targets if len(tcp.targets) > 1 else ():
        proxy.weighted_clusters.clusters.add(name=target.cluster, weight=target.weight)
    return proxy


def _tunnel(tunnel: Tunnel) -> tcp_proxy_pb2.TcpProxy.TunnelingConfig:
    return tcp_proxy_pb2.TcpProxy.TunnelingConfig(hostname=tunnel.authority, use_post=tunnel.use_post)


def _source_ip() -> hash_policy_pb2.HashPolicy:
    return hash_policy_pb2.HashPolicy(source_ip=hash_policy_pb2.HashPolicy.SourceIp())
