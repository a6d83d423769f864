"""Small Envoy resources for tests of the protocol, encoded as the control plane encodes them."""

from collections.abc import Iterable, Mapping
from zlib import crc32

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.endpoint.v3 import endpoint_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2 as hcm_pb2
from envoy.extensions.transport_sockets.tls.v3 import secret_pb2
from google.protobuf.message import Message

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE
from lateen.xds.delta import Target
from lateen.xds.response import encode_resource
from lateen.xds.sheet import Encoded, Sheet


def cluster(name: str, content: int = 0) -> cluster_pb2.Cluster:
    """An EDS cluster; `content` makes it differ."""
    made = cluster_pb2.Cluster(name=name, type=cluster_pb2.Cluster.EDS)
    made.connect_timeout.seconds = 1 + content
    return made


def assignment(name: str, port: int = 80) -> endpoint_pb2.ClusterLoadAssignment:
    """One endpoint at `port`."""
    made = endpoint_pb2.ClusterLoadAssignment(cluster_name=name)
    address = made.endpoints.add().lb_endpoints.add().endpoint.address.socket_address
    address.address, address.port_value = "127.0.0.1", port
    return made


def route(name: str, clusters: Iterable[str]) -> route_pb2.RouteConfiguration:
    """A route configuration with one virtual host per cluster."""
    made = route_pb2.RouteConfiguration(name=name)
    for target in clusters:
        host = made.virtual_hosts.add(name=target, domains=[target])
        host.routes.add(
            match=route_components_pb2.RouteMatch(prefix="/"), route=route_components_pb2.RouteAction(cluster=target)
        )
    return made


def listener(name: str, route_name: str, content: int = 0) -> listener_pb2.Listener:
    """An HTTP listener that fetches `route_name`."""
    made = listener_pb2.Listener(name=name)
    made.address.socket_address.address, made.address.socket_address.port_value = "127.0.0.1", 9000 + content
    manager = hcm_pb2.HttpConnectionManager(stat_prefix=name)
    manager.rds.route_config_name = route_name
    manager.rds.config_source.ads.SetInParent()
    made.filter_chains.add().filters.add(name="http").typed_config.Pack(manager)
    return made


def secret(name: str, key: str) -> secret_pb2.Secret:
    """A certificate with that private key."""
    made = secret_pb2.Secret(name=name)
    made.tls_certificate.private_key.inline_string = key
    return made


def encoded(name: str, message: Message, version: str, needs: tuple[str, ...] = ()) -> Encoded:
    """`message` as a resource at `version`."""
    return Encoded(name, version, encode_resource(name, version, message), needs=needs)


def target(version: int, resources: Mapping[str, Mapping[str, Encoded]], layer: str = "all") -> Target:
    """A configuration of one layer."""
    types = (CLUSTER_TYPE, ENDPOINT_TYPE, SECRET_TYPE, LISTENER_TYPE, ROUTE_TYPE)
    return Target(version, {url: (Sheet(layer, resources.get(url, {})),) for url in types})


def config(
    version: int,
    clusters: Mapping[str, int] | None = None,
    routes: Mapping[str, Iterable[str]] | None = None,
    listeners: Mapping[str, str] | None = None,
    ports: Mapping[str, int] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Target:
    """Clusters with their content, route configurations with the clusters they name, listeners with their routes.

    Each cluster has one endpoint, at its port in `ports` (80); `secrets` have their keys. Versions follow from the
    content, as the real ones do.
    """
    clusters, routes, listeners, ports = clusters or {}, routes or {}, listeners or {}, ports or {}
    return target(
        version,
        {
            CLUSTER_TYPE: {n: encoded(n, cluster(n, c), f"c{c}", (n,)) for n, c in clusters.items()},
            ENDPOINT_TYPE: {n: encoded(n, assignment(n, p := ports.get(n, 80)), f"e{p}") for n in clusters},
            ROUTE_TYPE: {n: encoded(n, route(n, t), "r" + ",".join(t)) for n, t in routes.items()},
            SECRET_TYPE: {
                n: encoded(n, secret(n, key), f"s{crc32(key.encode())}") for n, key in (secrets or {}).items()
            },
            LISTENER_TYPE: {n: encoded(n, listener(n, r), f"l{r}", (r,)) for n, r in listeners.items()},
        },
    )
