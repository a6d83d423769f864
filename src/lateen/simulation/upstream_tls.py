"""TLS that a cluster starts towards its endpoints."""

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.core.v3.base_pb2 import TransportSocket
from envoy.extensions.transport_sockets.proxy_protocol.v3.upstream_proxy_protocol_pb2 import (
    ProxyProtocolUpstreamTransport,
)
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import UpstreamTlsContext
from envoy.extensions.upstreams.http.v3.http_protocol_options_pb2 import HttpProtocolOptions

from lateen.translate.names import HTTP_PROTOCOL_OPTIONS
from lateen.translate.wire import unpack


def upstream_tls(cluster: Cluster) -> UpstreamTlsContext | None:
    """The settings of the TLS that the cluster starts, `None` where it sends plain text.

    Of several sockets, among which each endpoint's labels choose, it is the first that is TLS.
    """
    sockets = [cluster.transport_socket, *(match.transport_socket for match in cluster.transport_socket_matches)]
    return next((tls for socket in sockets if (tls := _tls(socket)) is not None), None)


def takes_hosts_name(cluster: Cluster) -> tuple[bool, bool]:
    """Whether each request's host is the server name that is sent, and whether the certificate must be for it."""
    packed = cluster.typed_extension_protocol_options.get(HTTP_PROTOCOL_OPTIONS)
    options = unpack(packed) if packed is not None else None
    if not isinstance(options, HttpProtocolOptions):
        return False, False
    asked = options.upstream_http_protocol_options
    return asked.auto_sni, asked.auto_san_validation


def _tls(socket: TransportSocket) -> UpstreamTlsContext | None:
    try:
        settings = unpack(socket.typed_config) if socket.HasField("typed_config") else None
    except KeyError:
        return None
    if isinstance(settings, ProxyProtocolUpstreamTransport):
        return _tls(settings.transport_socket)
    return settings if isinstance(settings, UpstreamTlsContext) else None
