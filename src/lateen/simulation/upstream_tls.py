"""TLS that a cluster starts towards its endpoints."""

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.core.v3.base_pb2 import TransportSocket
from envoy.extensions.transport_sockets.proxy_protocol.v3.upstream_proxy_protocol_pb2 import (
    ProxyProtocolUpstreamTransport,
)
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import UpstreamTlsContext

from lateen.translate.wire import unpack


def upstream_tls(cluster: Cluster) -> UpstreamTlsContext | None:
    """The settings of the TLS that the cluster starts, `None` where it sends plain text.

    Of several sockets, among which each endpoint's labels choose, it is the first that is TLS.
    """
    sockets = [cluster.transport_socket, *(match.transport_socket for match in cluster.transport_socket_matches)]
    return next((tls for socket in sockets if (tls := _tls(socket)) is not None), None)


def _tls(socket: TransportSocket) -> UpstreamTlsContext | None:
    try:
        settings = unpack(socket.typed_config) if socket.HasField("typed_config") else None
    except KeyError:
        return None
    if isinstance(settings, ProxyProtocolUpstreamTransport):
        return _tls(settings.transport_socket)
    return settings if isinstance(settings, UpstreamTlsContext) else None
