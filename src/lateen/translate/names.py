"""Type URLs of Envoy's resources, and the names of its extensions."""

CLUSTER_TYPE = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
ENDPOINT_TYPE = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
LISTENER_TYPE = "type.googleapis.com/envoy.config.listener.v3.Listener"
ROUTE_TYPE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
SECRET_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"  # noqa: S105 - a type URL

HTTP_CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"
TCP_PROXY = "envoy.filters.network.tcp_proxy"
SNI_FORWARD_PROXY = "envoy.filters.network.sni_dynamic_forward_proxy"

CORS_FILTER = "envoy.filters.http.cors"
FAULT_FILTER = "envoy.filters.http.fault"
GRPC_STATS_FILTER = "envoy.filters.http.grpc_stats"
FORWARD_PROXY_FILTER = "envoy.filters.http.dynamic_forward_proxy"
HEALTH_CHECK_FILTER = "envoy.filters.http.health_check"
ROUTER_FILTER = "envoy.filters.http.router"

ORIGINAL_DST_FILTER = "envoy.filters.listener.original_dst"
TLS_INSPECTOR_FILTER = "envoy.filters.listener.tls_inspector"
HTTP_INSPECTOR_FILTER = "envoy.filters.listener.http_inspector"
PROXY_PROTOCOL_FILTER = "envoy.filters.listener.proxy_protocol"

TLS_SOCKET = "envoy.transport_sockets.tls"
RAW_SOCKET = "envoy.transport_sockets.raw_buffer"
BACKEND_UTILIZATION_POLICY = "envoy.load_balancing_policies.client_side_weighted_round_robin"
PROXY_PROTOCOL_SOCKET = "envoy.transport_sockets.upstream_proxy_protocol"

HTTP_PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
FILE_ACCESS_LOG = "envoy.access_loggers.file"
PREVIOUS_HOSTS = "envoy.retry_host_predicates.previous_hosts"
PREVIOUS_PRIORITIES = "envoy.retry_priorities.previous_priorities"
DNS_CLUSTER = "envoy.cluster.dns"
FORWARD_PROXY_CLUSTER = "envoy.clusters.dynamic_forward_proxy"

ISTIO_METADATA = "istio"
"""The key of Envoy metadata that Istio's tools read."""


def stat_prefix(name: str) -> str:
    """A name closed by `;`, by which the tag rules of Istio's bootstrap tell where it ends."""
    return f"{name};"
