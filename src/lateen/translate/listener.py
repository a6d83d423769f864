"""Listeners (LDS)."""

from envoy.config.core.v3 import address_pb2, base_pb2, socket_option_pb2
from envoy.config.listener.v3 import listener_pb2

from lateen.ir.listener import Bind, Direction, Listener
from lateen.translate import scalar
from lateen.translate.address import socket_address
from lateen.translate.filter_chain import filter_chain
from lateen.translate.listener_filters import listener_filters
from lateen.translate.metadata import origins_metadata

_DIRECTIONS = {
    Direction.INBOUND: base_pb2.INBOUND,
    Direction.OUTBOUND: base_pb2.OUTBOUND,
    Direction.UNSPECIFIED: base_pb2.UNSPECIFIED,
}


_REUSE_ADDRESS = socket_option_pb2.SocketOption(
    description="a socket of its own", level=1, name=2, int_value=1, state=socket_option_pb2.SocketOption.STATE_PREBIND
)
"""SO_REUSEADDR, which Envoy sets anyway. Only where socket options differ does it open a new socket for a listener that
changes; it crashes (1.40) when it takes over those of one that has none."""


def translate_listener(listener: Listener) -> listener_pb2.Listener:
    """One listener. It accepts one connection per wake-up, so that worker threads share a burst evenly, as in Istio."""
    first, *others = listener.binds
    envoy = listener_pb2.Listener(
        name=listener.name,
        address=_address(first),
        additional_addresses=[listener_pb2.AdditionalAddress(address=_address(bind)) for bind in others],
        traffic_direction=_DIRECTIONS[listener.direction],
        filter_chains=[filter_chain(chain) for chain in listener.chains],
        default_filter_chain=None if listener.default_chain is None else filter_chain(listener.default_chain),
        listener_filters=listener_filters(listener.filters),
        use_original_dst=scalar.boolean(True) if listener.use_original_dst else None,
        transparent=scalar.boolean(True) if listener.transparent else None,
        bind_to_port=None if listener.bound else scalar.boolean(False),
        max_connections_to_accept_per_socket_event=scalar.uint32(1),
        metadata=origins_metadata(listener.origins),
        socket_options=[_REUSE_ADDRESS] if listener.fresh_socket else [],
    )
    _set_inspection(envoy, listener)
    return envoy


def _address(bind: Bind) -> address_pb2.Address:
    return socket_address(bind.address, bind.port, bind.netns)


def _set_inspection(envoy: listener_pb2.Listener, listener: Listener) -> None:
    """A client that stays silent for the timeout is passed on undetected, not cut off."""
    if not listener.filters:
        return
    envoy.continue_on_listener_filters_timeout = True
    if listener.inspection_timeout_ms is not None:
        envoy.listener_filters_timeout.CopyFrom(scalar.duration(listener.inspection_timeout_ms))
