"""Which fields of Envoy's messages the simulator reads, and which it may ignore and why.

A field in neither table changes what Envoy does in a way the simulator doesn't follow.
"""

from collections.abc import Iterator, Mapping, Sequence

from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

from lateen.translate.wire import unpack

TIMING = "says when or how long, not where"
LIMITS = "matters under load only"
REPORTING = "what is logged, counted or shown"
CONNECTION = "how bytes travel, not where"
DISCOVERY = "how the resource is fetched"
CHOICE = "which of the endpoints, all of which are shown"
FRAMING = "the same for every request"
FACTS = "a value of its field, which is read as a whole"

READ: Mapping[str, frozenset[str]] = {
    "envoy.config.listener.v3.Listener": frozenset(
        [
            "name",
            "address",
            "additional_addresses",
            "filter_chains",
            "default_filter_chain",
            "listener_filters",
            "use_original_dst",
            "bind_to_port",
            "traffic_direction",
            "metadata",
        ]
    ),
    "envoy.config.listener.v3.AdditionalAddress": frozenset({"address"}),
    "envoy.config.listener.v3.FilterChain": frozenset(["name", "filter_chain_match", "filters", "metadata"]),
    "envoy.config.listener.v3.FilterChainMatch": frozenset(
        [
            "destination_port",
            "prefix_ranges",
            "source_prefix_ranges",
            "server_names",
            "transport_protocol",
            "application_protocols",
        ]
    ),
    "envoy.config.listener.v3.Filter": frozenset({"name", "typed_config"}),
    "envoy.config.listener.v3.ListenerFilter": frozenset({"name", "typed_config"}),
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager": frozenset(
        ["rds", "route_config", "http_filters", "normalize_path", "path_with_escaped_slashes_action"]
    ),
    "envoy.extensions.filters.network.http_connection_manager.v3.Rds": frozenset({"route_config_name"}),
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": frozenset({"name", "typed_config"}),
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy": frozenset(
        {"cluster", "weighted_clusters", "tunneling_config"}
    ),
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig": frozenset({"hostname", "use_post"}),
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster": frozenset({"clusters"}),
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight": frozenset(
        {"name", "weight"}
    ),
    "envoy.extensions.filters.http.fault.v3.HTTPFault": frozenset({"delay", "abort"}),
    "envoy.extensions.filters.http.fault.v3.FaultAbort": frozenset({"http_status", "grpc_status", "percentage"}),
    "envoy.extensions.filters.common.fault.v3.FaultDelay": frozenset({"fixed_delay", "percentage"}),
    "envoy.config.route.v3.RouteConfiguration": frozenset(["name", "virtual_hosts", "ignore_port_in_host_matching"]),
    "envoy.config.route.v3.VirtualHost": frozenset({"name", "domains", "routes", "require_tls"}),
    "envoy.config.route.v3.Route": frozenset(
        [
            "name",
            "match",
            "route",
            "redirect",
            "direct_response",
            "metadata",
            "typed_per_filter_config",
            "request_headers_to_add",
            "request_headers_to_remove",
            "response_headers_to_add",
            "response_headers_to_remove",
        ]
    ),
    "envoy.config.route.v3.RouteMatch": frozenset(
        ["prefix", "path", "safe_regex", "path_separated_prefix", "case_sensitive", "headers", "query_parameters"]
    ),
    "envoy.config.route.v3.HeaderMatcher": frozenset(
        ["name", "string_match", "present_match", "invert_match", "treat_missing_header_as_empty"]
    ),
    "envoy.config.route.v3.QueryParameterMatcher": frozenset({"name", "string_match", "present_match"}),
    "envoy.type.matcher.v3.StringMatcher": frozenset(
        ["exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case"]
    ),
    "envoy.type.matcher.v3.RegexMatcher": frozenset({"regex"}),
    "envoy.type.matcher.v3.RegexMatchAndSubstitute": frozenset({"pattern", "substitution"}),
    "envoy.config.route.v3.RouteAction": frozenset(
        [
            "cluster",
            "weighted_clusters",
            "prefix_rewrite",
            "regex_rewrite",
            "host_rewrite_literal",
            "request_mirror_policies",
            "timeout",
            "retry_policy",
            "hash_policy",
        ]
    ),
    "envoy.config.route.v3.RouteAction.HashPolicy": frozenset(
        ["header", "cookie", "query_parameter", "connection_properties"]
    ),
    "envoy.config.route.v3.RouteAction.HashPolicy.Header": frozenset({"header_name"}),
    "envoy.config.route.v3.RouteAction.HashPolicy.Cookie": frozenset({"name"}),
    "envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter": frozenset({"name"}),
    "envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties": frozenset({"source_ip"}),
    "envoy.config.route.v3.RetryPolicy": frozenset({"num_retries"}),
    "envoy.config.route.v3.WeightedCluster": frozenset({"clusters", "use_hash_policy"}),
    "envoy.config.route.v3.WeightedCluster.ClusterWeight": frozenset(
        [
            "name",
            "weight",
            "host_rewrite_literal",
            "request_headers_to_add",
            "request_headers_to_remove",
            "response_headers_to_add",
            "response_headers_to_remove",
        ]
    ),
    "envoy.config.route.v3.RouteAction.RequestMirrorPolicy": frozenset({"cluster", "runtime_fraction"}),
    "envoy.config.route.v3.RedirectAction": frozenset(
        [
            "host_redirect",
            "port_redirect",
            "path_redirect",
            "prefix_rewrite",
            "scheme_redirect",
            "https_redirect",
            "response_code",
        ]
    ),
    "envoy.config.route.v3.DirectResponseAction": frozenset({"status", "body"}),
    "envoy.config.core.v3.DataSource": frozenset({"inline_string", "inline_bytes"}),
    "envoy.config.core.v3.HeaderValueOption": frozenset(["header", "append_action", "keep_empty_value"]),
    "envoy.config.core.v3.HeaderValue": frozenset({"key", "value"}),
    "envoy.config.core.v3.RuntimeFractionalPercent": frozenset({"default_value"}),
    "envoy.config.core.v3.Metadata": frozenset({"filter_metadata"}),
    "envoy.config.core.v3.Address": frozenset({"socket_address", "pipe"}),
    "envoy.config.core.v3.Pipe": frozenset({"path"}),
    "envoy.config.core.v3.SocketAddress": frozenset({"address", "port_value"}),
    "envoy.config.core.v3.CidrRange": frozenset({"address_prefix", "prefix_len"}),
    "envoy.type.v3.FractionalPercent": frozenset({"numerator", "denominator"}),
    "envoy.config.cluster.v3.Cluster": frozenset(
        ["name", "type", "eds_cluster_config", "load_assignment", "original_dst_lb_config"]
    ),
    "envoy.config.cluster.v3.Cluster.EdsClusterConfig": frozenset({"service_name"}),
    "envoy.config.cluster.v3.Cluster.OriginalDstLbConfig": frozenset({"upstream_port_override"}),
    "envoy.config.endpoint.v3.ClusterLoadAssignment": frozenset({"cluster_name", "endpoints"}),
    "envoy.config.endpoint.v3.LocalityLbEndpoints": frozenset({"priority", "lb_endpoints"}),
    "envoy.config.endpoint.v3.LbEndpoint": frozenset({"endpoint", "health_status"}),
    "envoy.config.endpoint.v3.Endpoint": frozenset({"address"}),
}
"""By full message name."""

IGNORED: Mapping[str, Mapping[str, str]] = {
    "envoy.config.listener.v3.Listener": {
        "listener_filters_timeout": TIMING,
        "continue_on_listener_filters_timeout": TIMING,
        "max_connections_to_accept_per_socket_event": LIMITS,
        "transparent": CONNECTION,
        "socket_options": CONNECTION,
    },
    "envoy.config.listener.v3.FilterChain": {
        "transport_socket": CONNECTION,
        "transport_socket_connect_timeout": TIMING,
    },
    "envoy.config.core.v3.SocketAddress": {"network_namespace_filepath": CONNECTION},
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager": {
        "codec_type": CONNECTION,
        "stat_prefix": REPORTING,
        "access_log": REPORTING,
        "use_remote_address": FRAMING,
        "xff_num_trusted_hops": FRAMING,
        "server_name": FRAMING,
        "stream_idle_timeout": TIMING,
        "upgrade_configs": "an upgraded connection takes the same way",
        "forward_client_cert_details": FRAMING,
        "set_current_client_cert_details": FRAMING,
        "http_protocol_options": CONNECTION,
        "http2_protocol_options": CONNECTION,
        "common_http_protocol_options": TIMING,
    },
    "envoy.extensions.filters.network.http_connection_manager.v3.Rds": {"config_source": DISCOVERY},
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy": {
        "stat_prefix": REPORTING,
        "access_log": REPORTING,
        "idle_timeout": TIMING,
        "max_downstream_connection_duration": TIMING,
        "hash_policy": CHOICE,
    },
    "envoy.config.route.v3.RouteConfiguration": {
        "validate_clusters": DISCOVERY,
        "max_direct_response_body_size_bytes": LIMITS,
    },
    "envoy.config.route.v3.VirtualHost": {"include_request_attempt_count": FRAMING},
    "envoy.config.route.v3.Route": {"decorator": REPORTING, "stat_prefix": REPORTING},
    "envoy.config.route.v3.RouteAction": {
        "max_stream_duration": TIMING,
        "max_grpc_timeout": TIMING,
        "auto_host_rewrite": "the host becomes that of the endpoint picked",
    },
    "envoy.config.route.v3.RouteAction.HashPolicy.Cookie": {
        "ttl": "says when clients are given one",
        "path": "says which requests clients send it with",
        "attributes": "for clients",
    },
    "envoy.config.route.v3.RetryPolicy": {
        "retry_on": "the first try is followed",
        "retriable_status_codes": "the first try is followed",
        "per_try_timeout": TIMING,
        "host_selection_retry_max_attempts": CHOICE,
        "retry_host_predicate": CHOICE,
        "retry_priority": CHOICE,
        "retry_back_off": TIMING,
    },
    "envoy.config.route.v3.RouteAction.RequestMirrorPolicy": {"trace_sampled": REPORTING},
    "envoy.config.cluster.v3.Cluster": {
        "alt_stat_name": REPORTING,
        "metadata": REPORTING,
        "connect_timeout": TIMING,
        "dns_refresh_rate": TIMING,
        "respect_dns_ttl": TIMING,
        "dns_lookup_family": DISCOVERY,
        "cluster_type": DISCOVERY,
        "circuit_breakers": LIMITS,
        "outlier_detection": "all endpoints are taken to be well",
        "lb_policy": CHOICE,
        "load_balancing_policy": CHOICE,
        "common_lb_config": CHOICE,
        "round_robin_lb_config": CHOICE,
        "least_request_lb_config": CHOICE,
        "ring_hash_lb_config": CHOICE,
        "maglev_lb_config": CHOICE,
        "ignore_health_on_host_removal": CHOICE,
        "transport_socket": CONNECTION,
        "upstream_bind_config": CONNECTION,
        "upstream_connection_options": CONNECTION,
        "typed_extension_protocol_options": CONNECTION,
    },
    "envoy.config.cluster.v3.Cluster.EdsClusterConfig": {"eds_config": DISCOVERY},
    "envoy.config.endpoint.v3.LocalityLbEndpoints": {"locality": CHOICE, "load_balancing_weight": CHOICE},
    "envoy.config.endpoint.v3.LbEndpoint": {"load_balancing_weight": CHOICE, "metadata": REPORTING},
}
"""By full message name: the field, and why the simulator need not look."""

TAKEN_WHOLE: Mapping[str, str] = {
    "google.protobuf.": FACTS,
    "envoy.extensions.filters.listener.": "listener filters count by their names",
    "envoy.extensions.filters.http.router.": FRAMING,
    "envoy.extensions.filters.http.dynamic_forward_proxy.": "the cluster says where the host is looked up",
    "envoy.extensions.filters.network.sni_dynamic_forward_proxy.": "the cluster says where the name is looked up",
    "envoy.extensions.filters.http.grpc_stats.": REPORTING,
    "envoy.extensions.filters.http.cors.": "preflights are answered by the policy as a whole",
}
"""By the beginning of a message's full name: types that aren't looked into."""


def unknown_fields(message: Message, path: str = "") -> Iterator[str]:
    """Every set field that is in no table: `path (message type)`."""
    if isinstance(message, Any):
        yield from unknown_fields(unpack(message), path)
        return
    name = message.DESCRIPTOR.full_name
    if name.startswith(tuple(TAKEN_WHOLE)):
        return
    read, ignored = READ.get(name, frozenset()), IGNORED.get(name, {})
    for field, value in message.ListFields():
        where = f"{path}.{field.name}".lstrip(".")
        if field.name in read:
            yield from _inside(value, where)
        elif field.name not in ignored:
            yield f"{where} ({name})"


def _inside(value: object, path: str) -> Iterator[str]:
    if isinstance(value, Message):
        yield from unknown_fields(value, path)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _inside(value[key], f"{path}[{key}]")
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for index, item in enumerate(value):
            yield from _inside(item, f"{path}[{index}]")
