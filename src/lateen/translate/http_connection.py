"""HTTP connection managers."""

from envoy.config.core.v3 import protocol_pb2
from envoy.config.listener.v3 import listener_components_pb2 as components_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2 as hcm_pb2

from lateen.ir.listener import Http
from lateen.translate import scalar
from lateen.translate.access_log import access_logs
from lateen.translate.address import ads_source
from lateen.translate.http_filters import http_filters
from lateen.translate.names import HTTP_CONNECTION_MANAGER, stat_prefix
from lateen.translate.route import translate_route_config
from lateen.translate.wire import pack

_Hcm = hcm_pb2.HttpConnectionManager
_NEVER = 0


def http_filter(http: Http) -> components_pb2.Filter:
    """The network filter that reads requests and routes them."""
    return components_pb2.Filter(name=HTTP_CONNECTION_MANAGER, typed_config=pack(http_connection_manager(http)))


def http_connection_manager(http: Http) -> hcm_pb2.HttpConnectionManager:
    """Istio's settings: no stream idle timeout, paths normalised, XFCC details of what the certificate says."""
    manager = _Hcm(
        codec_type=_Hcm.AUTO,
        stat_prefix=stat_prefix(http.stat_prefix),
        http_filters=http_filters(http),
        access_log=access_logs(http.access_log),
        use_remote_address=scalar.boolean(http.use_remote_address),
        xff_num_trusted_hops=http.trusted_hops,
        server_name=http.server_name,
        stream_idle_timeout=scalar.duration(http.stream_idle_timeout_ms or _NEVER),
        normalize_path=scalar.boolean(http.normalize_path),
        path_with_escaped_slashes_action=_escaped_slashes(http),
        upgrade_configs=[_Hcm.UpgradeConfig(upgrade_type="websocket")] if http.websocket else [],
    )
    _set_routes(manager, http)
    _set_client_certificate(manager, http.forward_client_cert)
    _set_protocol(manager, http)
    return manager


def _escaped_slashes(http: Http) -> hcm_pb2.HttpConnectionManager.PathWithEscapedSlashesAction.ValueType:
    return _Hcm.KEEP_UNCHANGED if http.keep_encoded_slashes else _Hcm.UNESCAPE_AND_FORWARD


def _set_routes(manager: hcm_pb2.HttpConnectionManager, http: Http) -> None:
    if http.routes is not None:
        manager.route_config.CopyFrom(translate_route_config(http.routes))
    else:
        manager.rds.CopyFrom(hcm_pb2.Rds(config_source=ads_source(), route_config_name=http.route_name))


def _set_client_certificate(manager: hcm_pb2.HttpConnectionManager, forward: str) -> None:
    if not forward:
        return
    manager.forward_client_cert_details = _Hcm.ForwardClientCertDetails.Value(forward)
    if forward in {"APPEND_FORWARD", "SANITIZE_SET"}:
        details = manager.set_current_client_cert_details
        details.subject.CopyFrom(scalar.boolean(True))
        details.cert, details.dns, details.uri = forward == "SANITIZE_SET", True, True


def _set_protocol(manager: hcm_pb2.HttpConnectionManager, http: Http) -> None:
    if http.accept_http10:
        manager.http_protocol_options.CopyFrom(protocol_pb2.Http1ProtocolOptions(accept_http_10=True))
    if http.http2_max_streams is not None:
        manager.http2_protocol_options.max_concurrent_streams.CopyFrom(scalar.uint32(http.http2_max_streams))
    if http.idle_timeout_ms is not None:
        manager.common_http_protocol_options.idle_timeout.CopyFrom(scalar.duration(http.idle_timeout_ms))
