"""What is spoken to a cluster's endpoints."""

from envoy.config.core.v3 import protocol_pb2
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2

from lateen.ir.cluster import Cluster, UpstreamProtocol, UpstreamTls
from lateen.translate import scalar
from lateen.translate.outlier_detection import failing_statuses


def http_protocol_options(cluster: Cluster) -> options_pb2.HttpProtocolOptions | None:
    """The cluster's HTTP options, or nothing where Envoy's own (HTTP/1.1 without limits) are what is wanted."""
    options = options_pb2.HttpProtocolOptions()
    if (common := _common(cluster)).ByteSize():
        options.common_http_protocol_options.CopyFrom(common)
    if cluster.outlier_detection is not None and cluster.outlier_detection.error_codes:
        options.outlier_detection.CopyFrom(failing_statuses(cluster.outlier_detection.error_codes))
    if cluster.tls is not None and not cluster.tls.sni:
        options.upstream_http_protocol_options.CopyFrom(_server_name(cluster.tls))
    plain = cluster.protocol in {UpstreamProtocol.TCP, UpstreamProtocol.HTTP1}
    if plain and not options.ByteSize():
        return None
    _set_protocol(options, cluster)
    return options


def _set_protocol(options: options_pb2.HttpProtocolOptions, cluster: Cluster) -> None:
    match cluster.protocol:
        case UpstreamProtocol.HTTP2:
            options.explicit_http_config.http2_protocol_options.CopyFrom(_http2(cluster))
        case UpstreamProtocol.DOWNSTREAM:
            options.use_downstream_protocol_config.http_protocol_options.SetInParent()
            options.use_downstream_protocol_config.http2_protocol_options.CopyFrom(_http2(cluster))
        case _:
            options.explicit_http_config.http_protocol_options.SetInParent()


def _server_name(tls: UpstreamTls) -> protocol_pb2.UpstreamHttpProtocolOptions:
    """The request's host is the server name, and the certificate must be for it unless other names are asked for."""
    checked = not tls.insecure_skip_verify and not tls.subject_alt_names
    return protocol_pb2.UpstreamHttpProtocolOptions(auto_sni=True, auto_san_validation=checked)


def _common(cluster: Cluster) -> protocol_pb2.HttpProtocolOptions:
    return protocol_pb2.HttpProtocolOptions(
        idle_timeout=scalar.optional_duration(cluster.idle_timeout_ms),
        max_connection_duration=scalar.optional_duration(cluster.max_connection_duration_ms),
        max_requests_per_connection=scalar.optional_uint32(cluster.max_requests_per_connection),
    )


def _http2(cluster: Cluster) -> protocol_pb2.Http2ProtocolOptions:
    options = protocol_pb2.Http2ProtocolOptions(
        max_concurrent_streams=scalar.optional_uint32(cluster.max_concurrent_streams)
    )
    if cluster.http2_keepalive_interval_ms is not None:
        options.connection_keepalive.interval.CopyFrom(scalar.duration(cluster.http2_keepalive_interval_ms))
        timeout = cluster.http2_keepalive_timeout_ms or cluster.http2_keepalive_interval_ms
        options.connection_keepalive.timeout.CopyFrom(scalar.duration(timeout))
    return options
