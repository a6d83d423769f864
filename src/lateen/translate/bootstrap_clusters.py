"""The clusters a proxy knows from its start: the control plane, and its own admin port."""

from envoy.config.cluster.v3 import circuit_breaker_pb2, cluster_pb2
from envoy.config.core.v3 import address_pb2
from envoy.config.endpoint.v3 import endpoint_components_pb2 as components_pb2
from envoy.config.endpoint.v3 import endpoint_pb2
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2

from lateen.api.unix import UNIX_SCHEME
from lateen.translate import scalar
from lateen.translate.address import socket_address
from lateen.translate.names import HTTP_PROTOCOL_OPTIONS, stat_prefix
from lateen.translate.wire import pack

XDS_CLUSTER = "xds-grpc"
STATS_CLUSTER = "prometheus_stats"

_MANY = 100_000


def static_clusters(xds_socket: str, admin_port: int) -> list[cluster_pb2.Cluster]:
    return [
        _xds_cluster(socket_address(UNIX_SCHEME + xds_socket, 0)),
        static_cluster(STATS_CLUSTER, socket_address("127.0.0.1", admin_port), connect_timeout_ms=250),
    ]


def static_cluster(name: str, address: address_pb2.Address, *, connect_timeout_ms: int) -> cluster_pb2.Cluster:
    """A cluster of one endpoint."""
    endpoint = components_pb2.LbEndpoint(endpoint=components_pb2.Endpoint(address=address))
    locality = components_pb2.LocalityLbEndpoints(lb_endpoints=[endpoint])
    return cluster_pb2.Cluster(
        name=name,
        alt_stat_name=stat_prefix(name),
        type=cluster_pb2.Cluster.STATIC,
        connect_timeout=scalar.duration(connect_timeout_ms),
        load_assignment=endpoint_pb2.ClusterLoadAssignment(cluster_name=name, endpoints=[locality]),
    )


def _xds_cluster(address: address_pb2.Address) -> cluster_pb2.Cluster:
    """HTTP/2 pings find a control plane that hangs; one that is gone shows at once, as the socket closes."""
    cluster = static_cluster(XDS_CLUSTER, address, connect_timeout_ms=1000)
    options = options_pb2.HttpProtocolOptions()
    keepalive = options.explicit_http_config.http2_protocol_options.connection_keepalive
    keepalive.interval.CopyFrom(scalar.duration(30_000))
    keepalive.timeout.CopyFrom(scalar.duration(10_000))
    cluster.typed_extension_protocol_options[HTTP_PROTOCOL_OPTIONS].CopyFrom(pack(options))
    cluster.circuit_breakers.thresholds.append(_unlimited())
    return cluster


def _unlimited() -> circuit_breaker_pb2.CircuitBreakers.Thresholds:
    return circuit_breaker_pb2.CircuitBreakers.Thresholds(
        max_connections=scalar.uint32(_MANY),
        max_pending_requests=scalar.uint32(_MANY),
        max_requests=scalar.uint32(_MANY),
    )
