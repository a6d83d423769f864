"""What must hold for every set of Envoy resources a test makes."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.listener.v3.listener_components_pb2 import FilterChain
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_components_pb2 import Route
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from envoy.extensions.filters.network.tcp_proxy.v3.tcp_proxy_pb2 import TcpProxy
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import (
    CommonTlsContext,
    DownstreamTlsContext,
    UpstreamTlsContext,
)
from google.protobuf.message import Message
from tests.support.pgv import violations

from lateen.simulation.downstream_tls import downstream_tls
from lateen.simulation.upstream_tls import upstream_tls
from lateen.translate.resources import Resources
from lateen.translate.wire import serialize, unpack

T = TypeVar("T", bound=Message)


def assert_valid(resources: Resources, *, external_clusters: Collection[str] = ()) -> None:
    """Fails with everything that `problems` finds."""
    found = list(problems(resources, external_clusters=external_clusters))
    assert not found, "\n".join(found)


def problems(resources: Resources, *, external_clusters: Collection[str] = ()) -> Iterator[str]:
    """All that is wrong: broken references, double names, Envoy's own rules, messages that don't survive a round trip.

    `external_clusters` are known to the proxy from elsewhere (its bootstrap).
    """
    for label, messages in _by_label(resources).items():
        for name, message in messages.items():
            yield from _message_problems(message, f"{label} {name}")
    yield from _name_problems(resources)
    yield from _reference_problems(resources, external_clusters)
    for listener in resources.listeners.values():
        yield from _chain_problems(listener)
    for config in _route_configs(resources):
        yield from _domain_problems(config)


def _by_label(resources: Resources) -> dict[str, Mapping[str, Message]]:
    return {
        "listener": resources.listeners,
        "cluster": resources.clusters,
        "endpoints": resources.endpoints,
        "routes": resources.routes,
        "secret": resources.secrets,
    }


def _message_problems(message: Message, label: str) -> Iterator[str]:
    yield from (f"{label}: {violation}" for violation in violations(message))
    again = type(message).FromString(serialize(message))
    if again != message or serialize(again) != serialize(message):
        yield f"{label}: is not the same after a round trip"


def _name_problems(resources: Resources) -> Iterator[str]:
    for name, listener in resources.listeners.items():
        if listener.name != name:
            yield f"listener {name}: calls itself {listener.name}"
    for name, cluster in resources.clusters.items():
        if cluster.name != name:
            yield f"cluster {name}: calls itself {cluster.name}"
    for name, assignment in resources.endpoints.items():
        if assignment.cluster_name != name:
            yield f"endpoints {name}: are for {assignment.cluster_name}"
    for name, secret in resources.secrets.items():
        if secret.name != name:
            yield f"secret {name}: calls itself {secret.name}"
    for name, config in resources.routes.items():
        if config.name != name:
            yield f"routes {name}: call themselves {config.name}"


def _reference_problems(resources: Resources, external: Collection[str]) -> Iterator[str]:
    known = {*resources.clusters, *external}
    for user, cluster in _cluster_users(resources):
        if cluster not in known:
            yield f"{user}: refers to cluster {cluster}, which doesn't exist"
    for listener in resources.listeners.values():
        for manager in listener_managers(listener):
            if manager.HasField("rds") and manager.rds.route_config_name not in resources.routes:
                yield f"listener {listener.name}: refers to routes {manager.rds.route_config_name}, which don't exist"
    for user, name in _secret_users(resources):
        if name not in resources.secrets:
            yield f"{user}: refers to secret {name}, which doesn't exist"
    wanted = {c.eds_cluster_config.service_name or c.name for c in resources.clusters.values() if c.type == c.EDS}
    for name in sorted(wanted - set(resources.endpoints)):
        yield f"cluster {name}: has no endpoints resource"
    for name in sorted(set(resources.endpoints) - wanted):
        yield f"endpoints {name}: no cluster asks for them"


def _secret_users(resources: Resources) -> Iterator[tuple[str, str]]:
    for listener in resources.listeners.values():
        yield from ((f"listener {listener.name}", name) for name in listener_secrets(listener))
    for cluster in resources.clusters.values():
        yield from ((f"cluster {cluster.name}", name) for name in cluster_secrets(cluster))


def listener_secrets(listener: Listener) -> Iterator[str]:
    """The secrets that a listener's filter chains ask for."""
    for chain in chains(listener):
        yield from _sent_secrets((downstream_tls(chain) or DownstreamTlsContext()).common_tls_context)


def cluster_secrets(cluster: Cluster) -> Iterator[str]:
    """The secrets that a cluster asks for."""
    yield from _sent_secrets((upstream_tls(cluster) or UpstreamTlsContext()).common_tls_context)


def _sent_secrets(common: CommonTlsContext) -> Iterator[str]:
    """Those that come by SDS; the bootstrap has the others."""
    asked = [*common.tls_certificate_sds_secret_configs]
    if common.HasField("combined_validation_context"):
        asked.append(common.combined_validation_context.validation_context_sds_secret_config)
    yield from (each.name for each in asked if each.HasField("sds_config"))


def _cluster_users(resources: Resources) -> Iterator[tuple[str, str]]:
    for config in resources.routes.values():
        yield from route_config_clusters(config)
    for listener in resources.listeners.values():
        yield from listener_clusters(listener)


def route_config_clusters(config: RouteConfiguration) -> Iterator[tuple[str, str]]:
    """The clusters that routes name, each with the place where."""
    for host in config.virtual_hosts:
        for route in host.routes:
            yield from ((f"routes {config.name} {host.name}", cluster) for cluster in _route_clusters(route))


def listener_clusters(listener: Listener) -> Iterator[tuple[str, str]]:
    """The clusters that a listener names by itself, each with the place where."""
    for chain in chains(listener):
        for proxy in _filters(chain, TcpProxy):
            targets = [target.name for target in proxy.weighted_clusters.clusters] or [proxy.cluster]
            yield from ((f"listener {listener.name} {chain.name}", cluster) for cluster in targets)
    for manager in listener_managers(listener):
        yield from route_config_clusters(manager.route_config)


def _route_clusters(route: Route) -> Iterator[str]:
    action = route.route
    if action.cluster:
        yield action.cluster
    yield from (target.name for target in action.weighted_clusters.clusters)
    yield from (mirror.cluster for mirror in action.request_mirror_policies)


def _route_configs(resources: Resources) -> Iterator[RouteConfiguration]:
    yield from resources.routes.values()
    for listener in resources.listeners.values():
        yield from (manager.route_config for manager in listener_managers(listener) if manager.HasField("route_config"))


def chains(listener: Listener) -> list[FilterChain]:
    """The filter chains of a listener, the default one last."""
    default = [listener.default_filter_chain] if listener.HasField("default_filter_chain") else []
    return [*listener.filter_chains, *default]


def listener_managers(listener: Listener) -> Iterator[HttpConnectionManager]:
    """The HTTP connection managers of all filter chains."""
    for chain in chains(listener):
        yield from _filters(chain, HttpConnectionManager)


def _filters(chain: FilterChain, kind: type[T]) -> Iterator[T]:
    messages = (unpack(network.typed_config) for network in chain.filters)
    return (message for message in messages if isinstance(message, kind))


def _chain_problems(listener: Listener) -> Iterator[str]:
    if not chains(listener):
        yield f"listener {listener.name}: has no filter chain"
    for name in _doubles(chain.name for chain in listener.filter_chains if chain.name):
        yield f"listener {listener.name}: two filter chains are called {name}"
    for match in _doubles(str(chain.filter_chain_match) for chain in listener.filter_chains):
        yield f"listener {listener.name}: two filter chains match the same: {match}"


def _domain_problems(config: RouteConfiguration) -> Iterator[str]:
    for name in _doubles(host.name for host in config.virtual_hosts):
        yield f"routes {config.name}: two virtual hosts are called {name}"
    for domain in _doubles(domain.lower() for host in config.virtual_hosts for domain in host.domains):
        yield f"routes {config.name}: domain {domain} occurs twice"


def _doubles(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
