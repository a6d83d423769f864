"""A real Envoy with route configurations of ours before servers that echo, to compare the simulator with."""

import http.client
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.listener.v3.listener_components_pb2 import Filter, FilterChain
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from msgspec.structs import replace
from tests.support.agreement import Answer, disagreements
from tests.support.echo import echo_servers
from tests.support.running_envoy import free_ports, running_envoy

from lateen.ir.listener import Http, HttpFilter
from lateen.ir.names import BLACK_HOLE_CLUSTER
from lateen.simulation.call import Call
from lateen.simulation.outcome import Outcome
from lateen.translate.address import socket_address
from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap
from lateen.translate.bootstrap_clusters import static_cluster
from lateen.translate.http_filters import http_filters
from lateen.translate.names import HTTP_CONNECTION_MANAGER
from lateen.translate.scalar import boolean
from lateen.translate.wire import pack


@dataclass(frozen=True, slots=True)
class RoutedEnvoy:
    """The port at which each route configuration is served."""

    ports: Mapping[str, int]

    def send(self, label: str, call: Call) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[label], timeout=10)
        try:
            connection.putrequest(call.method, call.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("host", call.authority)
            for name, value in call.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read().decode())
        finally:
            connection.close()

    def disagreements(self, label: str, call: Call, outcome: Outcome) -> list[str]:
        """How Envoy's behaviour differs from the simulator's outcome, but for faults."""
        return disagreements(lambda: self.send(label, call), replace(outcome, faults=None))


@contextmanager
def routed_envoy(configs: Mapping[str, RouteConfiguration], folder: Path) -> Iterator[RoutedEnvoy]:
    """Serves each configuration on a port of its own, its clusters echoing their names."""
    names = {name for config in configs.values() for name in _clusters(config)} - {BLACK_HOLE_CLUSTER}
    with echo_servers(sorted(names)) as echoes, envoy_before(echoes.ports, configs, folder) as envoy:
        yield envoy


@contextmanager
def envoy_before(
    servers: Mapping[str, int],
    configs: Mapping[str, RouteConfiguration],
    folder: Path,
    filters: Sequence[HttpFilter] = (HttpFilter.ROUTER,),
) -> Iterator[RoutedEnvoy]:
    """Serves each configuration on a port of its own. `servers` are the ports of the clusters that there are."""
    admin_port, *others = itertools.islice(free_ports(), 1 + len(configs))
    ports = dict(zip(configs, others, strict=True))
    bootstrap = bare_bootstrap(admin_port)
    bootstrap.static_resources.clusters.extend(echo_cluster(name, port) for name, port in servers.items())
    bootstrap.static_resources.listeners.extend(_listener(ports[label], configs[label], filters) for label in configs)
    with running_envoy(bootstrap, folder):
        yield RoutedEnvoy(ports)


def bare_bootstrap(admin_port: int) -> Bootstrap:
    """One without a control plane and without listeners."""
    settings = BootstrapSettings(
        node_id="sidecar~10.244.0.5~a.default~default.svc.cluster.local",
        node_cluster="a.default",
        xds_socket="/nonexistent",
        admin_port=admin_port,
    )
    bootstrap = build_bootstrap(settings)
    bootstrap.ClearField("dynamic_resources")
    bootstrap.static_resources.ClearField("listeners")
    return bootstrap


def echo_cluster(name: str, port: int) -> Cluster:
    """A cluster of one server of this machine."""
    return static_cluster(name, socket_address("127.0.0.1", port), connect_timeout_ms=1000)


def _listener(port: int, config: RouteConfiguration, filters: Sequence[HttpFilter]) -> Listener:
    manager = HttpConnectionManager(
        stat_prefix=str(port),
        route_config=config,
        http_filters=http_filters(Http(stat_prefix=str(port), filters=tuple(filters))),
        normalize_path=boolean(True),
    )
    network = Filter(name=HTTP_CONNECTION_MANAGER, typed_config=pack(manager))
    address = socket_address("127.0.0.1", port)
    return Listener(name=str(port), address=address, filter_chains=[FilterChain(filters=[network])])


def _clusters(config: RouteConfiguration) -> Iterator[str]:
    for host in config.virtual_hosts:
        for route in host.routes:
            yield from ([route.route.cluster] if route.route.cluster else ())
            yield from (target.name for target in route.route.weighted_clusters.clusters)
            yield from (mirror.cluster for mirror in route.route.request_mirror_policies)
