"""TLS that a filter chain ends."""

from envoy.config.listener.v3.listener_components_pb2 import FilterChain
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import DownstreamTlsContext

from lateen.translate.wire import unpack


def downstream_tls(chain: FilterChain) -> DownstreamTlsContext | None:
    """The settings of the TLS that the chain ends, `None` where it passes on what it gets."""
    if not chain.HasField("transport_socket"):
        return None
    try:
        socket = unpack(chain.transport_socket.typed_config)
    except KeyError:
        return None
    return socket if isinstance(socket, DownstreamTlsContext) else None
