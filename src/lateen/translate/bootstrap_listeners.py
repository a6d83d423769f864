"""The listeners a proxy has from its start: readiness and statistics."""

from envoy.config.core.v3 import base_pb2
from envoy.config.listener.v3 import listener_components_pb2 as components_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.config.route.v3 import route_pb2 as config_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2 as hcm_pb2

from lateen.ir.names import WILDCARD_ADDRESS, listener_name
from lateen.translate.address import socket_address
from lateen.translate.bootstrap_clusters import STATS_CLUSTER
from lateen.translate.filters.health_check import READINESS_PATH, health_check_filter
from lateen.translate.filters.router import router_filter
from lateen.translate.names import HEALTH_CHECK_FILTER, HTTP_CONNECTION_MANAGER, ROUTER_FILTER
from lateen.translate.wire import pack

STATS_PATH = "/stats/prometheus"


def readiness_listener(port: int) -> listener_pb2.Listener:
    """Answers `/healthz/ready`. Envoy serves static listeners only after its first clusters and listeners are in.

    After `POST /healthcheck/fail` on the admin port it answers 503, which is how a proxy is taken out of service.
    """
    health = hcm_pb2.HttpFilter(name=HEALTH_CHECK_FILTER, typed_config=pack(health_check_filter(READINESS_PATH)))
    missing = route_pb2.Route(
        match=route_pb2.RouteMatch(prefix="/"), direct_response=route_pb2.DirectResponseAction(status=404)
    )
    return _listener(port, "readiness", [health], missing)


def stats_listener(port: int) -> listener_pb2.Listener:
    """Serves `/stats/prometheus` of the admin port, and nothing else of it, to the whole network."""
    stats = route_pb2.Route(
        match=route_pb2.RouteMatch(prefix=STATS_PATH), route=route_pb2.RouteAction(cluster=STATS_CLUSTER)
    )
    return _listener(port, "stats", [], stats)


def _listener(port: int, name: str, filters: list[hcm_pb2.HttpFilter], route: route_pb2.Route) -> listener_pb2.Listener:
    """Not counted in the limit of connections: an overloaded proxy must still say how it is."""
    host = route_pb2.VirtualHost(name=name, domains=["*"], routes=[route])
    manager = hcm_pb2.HttpConnectionManager(
        stat_prefix=name,
        route_config=config_pb2.RouteConfiguration(name=name, virtual_hosts=[host]),
        http_filters=[*filters, hcm_pb2.HttpFilter(name=ROUTER_FILTER, typed_config=pack(router_filter()))],
    )
    network = components_pb2.Filter(name=HTTP_CONNECTION_MANAGER, typed_config=pack(manager))
    return listener_pb2.Listener(
        name=listener_name(WILDCARD_ADDRESS, port),
        address=socket_address(WILDCARD_ADDRESS, port),
        traffic_direction=base_pb2.UNSPECIFIED,
        filter_chains=[components_pb2.FilterChain(filters=[network])],
        ignore_global_conn_limit=True,
        bypass_overload_manager=True,
    )
