"""Limits of a whole proxy, and the runtime flags Istio sets."""

from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.config.overload.v3 import overload_pb2
from envoy.extensions.resource_monitors.downstream_connections.v3 import downstream_connections_pb2
from google.protobuf import struct_pb2

from lateen.translate.wire import pack

CONNECTIONS_MONITOR = "envoy.resource_monitors.global_downstream_max_connections"

_RUNTIME = {
    "re2.max_program_size.error_level": 32768,
    "envoy.reloadable_features.http_reject_path_with_fragment": False,
}
"""As in Istio: long regular expressions are accepted, and the `#fragment` of a path is cut off, not refused."""


def overload_manager(max_connections: int) -> overload_pb2.OverloadManager:
    """A limit for all clients together. Without one Envoy warns at each start that it has none."""
    monitor = downstream_connections_pb2.DownstreamConnectionsConfig(max_active_downstream_connections=max_connections)
    return overload_pb2.OverloadManager(
        resource_monitors=[overload_pb2.ResourceMonitor(name=CONNECTIONS_MONITOR, typed_config=pack(monitor))]
    )


def runtime() -> bootstrap_pb2.LayeredRuntime:
    flags = struct_pb2.Struct()
    flags.update(_RUNTIME)
    layers = [
        bootstrap_pb2.RuntimeLayer(name="global config", static_layer=flags),
        bootstrap_pb2.RuntimeLayer(name="admin", admin_layer=bootstrap_pb2.RuntimeLayer.AdminLayer()),
    ]
    return bootstrap_pb2.LayeredRuntime(layers=layers)
