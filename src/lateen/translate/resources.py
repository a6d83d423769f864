"""All that one proxy is sent, as Envoy messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.transport_sockets.tls.v3.secret_pb2 import Secret

from lateen.ir.config import ProxyConfig
from lateen.translate.cluster import translate_cluster
from lateen.translate.endpoint import translate_load_assignment
from lateen.translate.listener import translate_listener
from lateen.translate.route import translate_route_config
from lateen.translate.secret import translate_secret


@dataclass(frozen=True, slots=True)
class Resources:
    """Envoy resources by name."""

    listeners: Mapping[str, Listener] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    endpoints: Mapping[str, ClusterLoadAssignment] = field(default_factory=dict)
    routes: Mapping[str, RouteConfiguration] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)


def translate_proxy(config: ProxyConfig) -> Resources:
    """Everything in the configuration's layers. To send it, translate layer by layer: proxies share these."""
    layers = config.layers
    return Resources(
        listeners={name: translate_listener(value) for layer in layers for name, value in layer.listeners.items()},
        clusters={name: translate_cluster(value) for layer in layers for name, value in layer.clusters.items()},
        endpoints={
            name: translate_load_assignment(value) for layer in layers for name, value in layer.endpoints.items()
        },
        routes={name: translate_route_config(value) for layer in layers for name, value in layer.routes.items()},
        secrets={name: translate_secret(value) for layer in layers for name, value in layer.secrets.items()},
    )
