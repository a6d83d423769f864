"""Clusters (CDS)."""

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.core.v3 import address_pb2
from envoy.extensions.clusters.common.dns.v3 import dns_pb2
from envoy.extensions.clusters.dns.v3 import dns_cluster_pb2
from envoy.extensions.clusters.dynamic_forward_proxy.v3 import cluster_pb2 as forward_pb2

from lateen.ir.cluster import Cluster, ClusterKind, Keepalive
from lateen.translate import scalar
from lateen.translate.address import ads_source
from lateen.translate.circuit_breaker import circuit_breakers
from lateen.translate.dns_cache import dns_cache
from lateen.translate.endpoint import translate_load_assignment
from lateen.translate.load_balancer import set_load_balancer
from lateen.translate.metadata import cluster_metadata
from lateen.translate.names import DNS_CLUSTER, FORWARD_PROXY_CLUSTER, HTTP_PROTOCOL_OPTIONS, stat_prefix
from lateen.translate.outlier_detection import outlier_detection
from lateen.translate.upstream_protocol import http_protocol_options
from lateen.translate.upstream_tls import upstream_socket
from lateen.translate.wire import pack

_TYPES = {
    ClusterKind.EDS: cluster_pb2.Cluster.EDS,
    ClusterKind.STATIC: cluster_pb2.Cluster.STATIC,
    ClusterKind.ORIGINAL_DST: cluster_pb2.Cluster.ORIGINAL_DST,
}


def translate_cluster(cluster: Cluster) -> cluster_pb2.Cluster:
    """One cluster with everything its kind needs."""
    envoy = cluster_pb2.Cluster(
        name=cluster.name,
        alt_stat_name=stat_prefix(cluster.name),
        connect_timeout=scalar.duration(cluster.connect_timeout_ms),
        circuit_breakers=circuit_breakers(cluster.circuit_breaker),
        metadata=cluster_metadata(cluster),
        transport_socket=upstream_socket(cluster),
        upstream_bind_config=_bind(cluster.bind_source),
        ignore_health_on_host_removal=True,
    )
    set_load_balancer(envoy, cluster.load_balancer)
    _set_discovery(envoy, cluster)
    _set_protocol(envoy, cluster)
    if cluster.outlier_detection is not None:
        envoy.outlier_detection.CopyFrom(outlier_detection(cluster.outlier_detection))
    if cluster.keepalive is not None:
        envoy.upstream_connection_options.CopyFrom(_keepalive(cluster.keepalive))
    return envoy


def _set_discovery(envoy: cluster_pb2.Cluster, cluster: Cluster) -> None:
    match cluster.kind:
        case ClusterKind.FORWARD_PROXY:
            _set_forward_proxy(envoy, cluster)
        case ClusterKind.STRICT_DNS | ClusterKind.LOGICAL_DNS:
            _set_dns(envoy, cluster)
        case _:
            envoy.type = _TYPES[cluster.kind]
    match cluster.kind:
        case ClusterKind.EDS:
            envoy.eds_cluster_config.eds_config.CopyFrom(ads_source())
            envoy.eds_cluster_config.service_name = cluster.name
        case ClusterKind.ORIGINAL_DST:
            if cluster.original_dst_port is not None:
                override = scalar.uint32(cluster.original_dst_port)
                envoy.original_dst_lb_config.upstream_port_override.CopyFrom(override)
    if cluster.assignment is not None:
        envoy.load_assignment.CopyFrom(translate_load_assignment(cluster.assignment))


def _set_dns(envoy: cluster_pb2.Cluster, cluster: Cluster) -> None:
    """LOGICAL_DNS takes all answers for one endpoint, of which a new connection uses the first."""
    config = dns_cluster_pb2.DnsCluster(
        dns_lookup_family=dns_pb2.V4_ONLY,
        respect_dns_ttl=True,
        dns_refresh_rate=scalar.optional_duration(cluster.dns_refresh_ms),
        all_addresses_in_single_endpoint=cluster.kind is ClusterKind.LOGICAL_DNS,
    )
    envoy.cluster_type.name = DNS_CLUSTER
    envoy.cluster_type.typed_config.CopyFrom(pack(config))


def _set_forward_proxy(envoy: cluster_pb2.Cluster, cluster: Cluster) -> None:
    """Connects to each client's own host. Envoy insists that the host is also the name in the server's certificate."""
    tls = cluster.tls
    config = forward_pb2.ClusterConfig(
        dns_cache_config=dns_cache(cluster.dns_cache),
        allow_insecure_cluster_options=tls is not None
        and bool(tls.sni or tls.insecure_skip_verify or tls.subject_alt_names),
    )
    envoy.cluster_type.name = FORWARD_PROXY_CLUSTER
    envoy.cluster_type.typed_config.CopyFrom(pack(config))
    envoy.lb_policy = cluster_pb2.Cluster.CLUSTER_PROVIDED


def _set_protocol(envoy: cluster_pb2.Cluster, cluster: Cluster) -> None:
    options = http_protocol_options(cluster)
    if options is not None:
        envoy.typed_extension_protocol_options[HTTP_PROTOCOL_OPTIONS].CopyFrom(pack(options))


def _bind(source: str) -> address_pb2.BindConfig | None:
    if not source:
        return None
    return address_pb2.BindConfig(source_address=address_pb2.SocketAddress(address=source, port_value=0))


def _keepalive(keepalive: Keepalive) -> cluster_pb2.UpstreamConnectionOptions:
    return cluster_pb2.UpstreamConnectionOptions(
        tcp_keepalive=address_pb2.TcpKeepalive(
            keepalive_probes=scalar.optional_uint32(keepalive.probes),
            keepalive_time=scalar.optional_uint32(keepalive.time_s),
            keepalive_interval=scalar.optional_uint32(keepalive.interval_s),
        )
    )
