"""A real Envoy with route configurations of ours before servers that echo, to compare the simulator with."""

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.listener.v3.listener_components_pb2 import Filter, FilterChain
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from tests.support.echo import echo_servers
from tests.support.running_envoy import free_port, running_envoy

from lateen.ir.listener import Http, HttpFilter
from lateen.simulation.call import Call
from lateen.simulation.outcome import Kind, Outcome, Sticky
from lateen.translate.address import socket_address
from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap
from lateen.translate.bootstrap_clusters import static_cluster
from lateen.translate.http_filters import http_filters
from lateen.translate.names import HTTP_CONNECTION_MANAGER
from lateen.translate.scalar import boolean
from lateen.translate.wire import pack

SHARE_TOLERANCE = 0.15
REQUESTS = 120
FEW = 5
"""Enough of the same request where it must always go the same way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client got; `echo` is the request as the server saw it."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def echo(self) -> dict[str, Any]:
        """Any: JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


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
        """How Envoy's behaviour differs from the simulator's outcome."""
        if outcome.sticky is not None:
            return self._sticky_differences(label, call, outcome, outcome.sticky)
        wanted = sum(target.share > 0 for target in outcome.targets)
        answers = [self.send(label, call) for _ in range(REQUESTS if wanted > 1 else 1)]
        found = [text for answer in answers for text in _differences(answer, outcome)]
        return [*dict.fromkeys(found), *(_share_differences(answers, outcome) if wanted > 1 and not found else ())]

    def _sticky_differences(self, label: str, call: Call, outcome: Outcome, sticky: Sticky) -> list[str]:
        answers = [self.send(label, call) for _ in range(FEW)]
        chosen = {answer.echo["cluster"] for answer in answers}
        found = [text for answer in answers for text in _differences(answer, outcome)]
        if sticky.cluster and chosen != {sticky.cluster}:
            found.append(f"by {sticky.by}: simulated {sticky.cluster}, Envoy {chosen}")
        return list(dict.fromkeys(found))


@contextmanager
def routed_envoy(configs: Mapping[str, RouteConfiguration], folder: Path) -> Iterator[RoutedEnvoy]:
    """Serves each configuration on a port of its own, its clusters echoing their names."""
    names = {name for config in configs.values() for name in _clusters(config)}
    with echo_servers(sorted(names)) as servers, envoy_before(servers, configs, folder) as envoy:
        yield envoy


@contextmanager
def envoy_before(
    servers: Mapping[str, int],
    configs: Mapping[str, RouteConfiguration],
    folder: Path,
    filters: Sequence[HttpFilter] = (HttpFilter.ROUTER,),
) -> Iterator[RoutedEnvoy]:
    """Serves each configuration on a port of its own. `servers` are the ports of the clusters that there are."""
    ports = {label: free_port() for label in configs}
    bootstrap = _bootstrap()
    bootstrap.static_resources.clusters.extend(_echo_cluster(name, port) for name, port in servers.items())
    bootstrap.static_resources.listeners.extend(_listener(ports[label], configs[label], filters) for label in configs)
    with running_envoy(bootstrap, folder):
        yield RoutedEnvoy(ports)


def _bootstrap() -> Bootstrap:
    settings = BootstrapSettings(
        node_id="sidecar~10.244.0.5~a.default~default.svc.cluster.local",
        node_cluster="a.default",
        xds_socket="/nonexistent",
        admin_port=free_port(),
    )
    bootstrap = build_bootstrap(settings)
    bootstrap.ClearField("dynamic_resources")
    bootstrap.static_resources.ClearField("listeners")
    return bootstrap


def _echo_cluster(name: str, port: int) -> Cluster:
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


def _differences(answer: Answer, outcome: Outcome) -> Iterator[str]:
    match outcome.kind:
        case Kind.NOT_FOUND:
            expected: tuple[object, ...] = (404,)
            actual: tuple[object, ...] = (answer.status,)
        case Kind.ANSWERED:
            expected, actual = (outcome.status, outcome.body), (answer.status, answer.body)
        case Kind.REDIRECTED:
            expected = (outcome.status, outcome.location)
            actual = (answer.status, answer.headers.get("location"))
        case _:
            yield from _forward_differences(answer, outcome)
            return
    if expected != actual:
        yield f"simulated {expected}, Envoy {actual}"


def _forward_differences(answer: Answer, outcome: Outcome) -> Iterator[str]:
    target = next((one for one in outcome.targets if one.cluster == answer.echo["cluster"]), None)
    if target is None:
        yield f"Envoy chose {answer.echo['cluster']}, which the simulator doesn't name"
        return
    seen = answer.echo["headers"]
    if (answer.echo["path"], seen["host"]) != (target.path, target.host):
        yield f"simulated {target.host}{target.path}, Envoy {seen['host']}{answer.echo['path']}"
    for name, value in target.headers.items():
        if seen.get(name) != value:
            yield f"header {name}: simulated {value!r}, Envoy {seen.get(name)!r}"
    for name, value in target.response_headers.items():
        if answer.headers.get(name) != value:
            yield f"response header {name}: simulated {value!r}, Envoy {answer.headers.get(name)!r}"


def _share_differences(answers: Iterable[Answer], outcome: Outcome) -> Iterator[str]:
    chosen = [answer.echo["cluster"] for answer in answers]
    for target in outcome.targets:
        share = chosen.count(target.cluster) / len(chosen)
        if abs(share - target.share) > SHARE_TOLERANCE:
            yield f"{target.cluster}: simulated share {target.share}, Envoy {share}"
