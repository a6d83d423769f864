"""The inbound side of a workload's sidecar: one listener, a chain for each port, the application behind them.

Names and shapes are Istio's. Connections reach the application from 127.0.0.6, which capture lets through.
"""

from collections.abc import Iterable, Mapping

from lateen.api.connection_pool import ConnectionPoolSettings
from lateen.api.unix import UNIX_SCHEME
from lateen.ir.cluster import Algorithm, Cluster, ClusterKind, LoadBalancer, UpstreamProtocol
from lateen.ir.config import Layer
from lateen.ir.endpoint import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.ir.listener import (
    AccessLog,
    Bind,
    ChainMatch,
    Direction,
    DownstreamTls,
    FilterChain,
    Http,
    HttpFilter,
    Listener,
    ListenerFilter,
    Tcp,
    TcpTarget,
)
from lateen.ir.names import (
    ADMIN_PORT,
    BLACK_HOLE_CLUSTER,
    INBOUND_PASSTHROUGH_CLUSTER,
    INBOUND_PORT,
    INBOUND_SOURCE_IP,
    OUTBOUND_PORT,
    READINESS_PORT,
    STATS_PORT,
    VIRTUAL_INBOUND,
    WILDCARD_ADDRESS,
    Side,
    inbound_route,
    listener_name,
    subset_key,
)
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Forward, RetryPolicy, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.ir.value import Value
from lateen.model.service import Protocol, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.workload import Workload
from lateen.resolve.access_log import access_log
from lateen.resolve.host_rule import HostRule
from lateen.resolve.policy_overlay import policy_for
from lateen.resolve.traffic_policy import circuit_breaker, connection_settings

PROXY_PORTS = frozenset({ADMIN_PORT, OUTBOUND_PORT, INBOUND_PORT, 15020, READINESS_PORT, STATS_PORT})
HTTP_ALPN = ("http/1.0", "http/1.1", "h2c")

_LOCAL = ("127.", "::1", UNIX_SCHEME)
_INSPECTORS = (ListenerFilter.HTTP_INSPECTOR,)
_PROVIDED = LoadBalancer(algorithm=Algorithm.CLUSTER_PROVIDED)


_RETRY = RetryPolicy(attempts=2, on="reset-before-request", host_selection_attempts=0, skip_previous_hosts=False)
"""An application that closes an idle connection just then has not seen the request (`ConvertInboundPolicy`)."""

_STREAMS = frozenset({Protocol.GRPC, Protocol.GRPC_WEB})
"""Of these a part may be answered before the rest is sent."""


NO_RULES: Mapping[str, HostRule] = {}


class InboundPort(Value):
    """A port of the workload, and the service (the oldest) whose clients reach it.

    `http`: its requests are read. The rest is what a Sidecar may ask for: another place than the one dialled to send
    them to (`unix:///path`, or an address and port), an address to listen at (the listener's name says it; only a
    `bound` one has a socket there, for which nothing is captured), limits, TLS.
    """

    number: int
    protocol: Protocol
    service: str = ""
    namespace: str = ""
    http: bool = False
    endpoint: Endpoint | None = None
    bind: str = WILDCARD_ADDRESS
    bound: bool = False
    pool: ConnectionPoolSettings | None = None
    tls: DownstreamTls | None = None
    origins: tuple[ConfigOrigin, ...] = ()


class InboundShape(Value):
    """All that a workload's inbound configuration depends on: workloads of equal shape share it."""

    ports: tuple[InboundPort, ...]
    connect_timeout_ms: int
    access_log: AccessLog | None
    detection_timeout_ms: int


def inbound_shape(
    workload: Workload | None,
    services: Iterable[Service],
    settings: MeshSettings,
    rules: Mapping[str, HostRule] = NO_RULES,
) -> InboundShape:
    """The shape of a workload that `services` (oldest first) select; without a workload there are no known ports.

    The limits of a service's destination rule hold here, too: one rule is for both ends.
    """
    found: dict[int, InboundPort] = {}
    named = workload.port_numbers if workload else {}
    for service in services:
        for port in service.ports:
            number = port.target_number(named)
            if number and port.protocol is not Protocol.UDP and number not in PROXY_PORTS:
                found.setdefault(number, _service_port(number, port, service, settings, rules.get(service.hostname)))
    for declared in workload.ports if workload else ():
        if declared.protocol == "TCP" and declared.number not in PROXY_PORTS:
            unknown = InboundPort(number=declared.number, protocol=Protocol.AUTO, http=settings.inbound_http)
            found.setdefault(declared.number, unknown)
    return InboundShape(
        ports=tuple(found[number] for number in sorted(found)),
        connect_timeout_ms=settings.connect_timeout_ms,
        access_log=access_log(settings),
        detection_timeout_ms=settings.protocol_detection_timeout_ms,
    )


def _service_port(
    number: int, port: ServicePort, service: Service, settings: MeshSettings, rule: HostRule | None
) -> InboundPort:
    policy = policy_for(rule, port.number, mesh=settings.default_policy)
    return InboundPort(
        number=number,
        protocol=port.protocol,
        service=service.hostname,
        namespace=service.namespace,
        http=settings.inbound_http,
        pool=policy.connection_pool if policy else None,
    )


def resolve_inbound(shape: InboundShape) -> Layer:
    """The listeners and the clusters of a workload of that shape."""
    clusters = [_cluster(port, shape) for port in shape.ports]
    clusters.append(_passthrough_cluster(shape))
    listeners = [_listener(shape), *(_own_listener(port, shape) for port in shape.ports if port.bound)]
    return Layer(
        name="inbound",
        listeners={listener.name: listener for listener in listeners},
        clusters={cluster.name: cluster for cluster in clusters},
    )


def _cluster(port: InboundPort, shape: InboundShape) -> Cluster:
    """Capture lets connections from 127.0.0.6 through; those to the loopback and to socket files it does not see."""
    endpoint = port.endpoint
    is_seen = endpoint is None or not endpoint.address.startswith(_LOCAL)
    name = _cluster_name(port)
    return Cluster(
        name=name,
        kind=ClusterKind.STATIC if endpoint else ClusterKind.ORIGINAL_DST,
        protocol=_protocol(port),
        load_balancer=LoadBalancer() if endpoint else _PROVIDED,
        assignment=LoadAssignment(cluster=name, localities=(LocalityEndpoints(weight=1, endpoints=(endpoint,)),))
        if endpoint
        else None,
        circuit_breaker=circuit_breaker(port.pool, None),
        bind_source=INBOUND_SOURCE_IP if is_seen else "",
        service=port.service,
        service_namespace=port.namespace,
        origins=port.origins,
        **connection_settings(port.pool, shape.connect_timeout_ms),
    )


def _protocol(port: InboundPort) -> UpstreamProtocol:
    if not port.http:
        return UpstreamProtocol.TCP
    if port.protocol is Protocol.AUTO or (port.pool and port.pool.http and port.pool.http.use_client_protocol):
        return UpstreamProtocol.DOWNSTREAM
    if port.protocol.is_http2:
        return UpstreamProtocol.HTTP2
    return UpstreamProtocol.HTTP1 if port.protocol.is_http else UpstreamProtocol.TCP


def _cluster_name(port: InboundPort) -> str:
    return subset_key(Side.INBOUND, "", "", port.number)


def _passthrough_cluster(shape: InboundShape) -> Cluster:
    return Cluster(
        name=INBOUND_PASSTHROUGH_CLUSTER,
        kind=ClusterKind.ORIGINAL_DST,
        protocol=UpstreamProtocol.DOWNSTREAM,
        load_balancer=_PROVIDED,
        connect_timeout_ms=shape.connect_timeout_ms,
        bind_source=INBOUND_SOURCE_IP,
    )


def _listener(shape: InboundShape) -> Listener:
    captured = [port for port in shape.ports if not port.bound]
    sniffs = any(_is_sniffed(port) for port in captured)
    return Listener(
        name=VIRTUAL_INBOUND,
        binds=(Bind(address=WILDCARD_ADDRESS, port=INBOUND_PORT),),
        direction=Direction.INBOUND,
        chains=(*_blackholes(), *(chain for port in captured for chain in _chains(port, shape))),
        default_chain=_passthrough(shape),
        filters=(ListenerFilter.ORIGINAL_DST, *(_INSPECTORS if sniffs else ())),
        inspection_timeout_ms=shape.detection_timeout_ms if sniffs else None,
    )


def _own_listener(port: InboundPort, shape: InboundShape) -> Listener:
    """The listener of a port for which nothing is captured."""
    sniffs = _is_sniffed(port)
    return Listener(
        name=listener_name(port.bind, port.number),
        binds=(Bind(address=port.bind, port=port.number),),
        direction=Direction.INBOUND,
        chains=_chains(port, shape),
        filters=_INSPECTORS if sniffs else (),
        inspection_timeout_ms=shape.detection_timeout_ms if sniffs else None,
        fresh_socket=True,
        origins=port.origins,
    )


def _is_sniffed(port: InboundPort) -> bool:
    return port.http and port.protocol is Protocol.AUTO


def _blackholes() -> tuple[FilterChain, ...]:
    """Whoever dials a capture port itself would be sent round in circles."""
    return tuple(
        FilterChain(
            name=f"{VIRTUAL_INBOUND}-blackhole" if port == INBOUND_PORT else f"{VIRTUAL_INBOUND}-blackhole-{port}",
            match=ChainMatch(destination_port=port),
            network=Tcp(stat_prefix=BLACK_HOLE_CLUSTER, targets=(TcpTarget(cluster=BLACK_HOLE_CLUSTER),)),
        )
        for port in (INBOUND_PORT, OUTBOUND_PORT)
    )


def _passthrough(shape: InboundShape) -> FilterChain:
    return FilterChain(
        name=VIRTUAL_INBOUND,
        network=Tcp(
            stat_prefix=INBOUND_PASSTHROUGH_CLUSTER,
            targets=(TcpTarget(cluster=INBOUND_PASSTHROUGH_CLUSTER),),
            access_log=shape.access_log,
        ),
    )


def _chains(port: InboundPort, shape: InboundShape) -> tuple[FilterChain, ...]:
    name = listener_name(port.bind, port.number)
    plain = ChainMatch(destination_port=port.number)
    if _is_sniffed(port):
        sniffed = ChainMatch(destination_port=port.number, alpn=HTTP_ALPN)
        return (
            _chain(f"{name}-http", sniffed, _http(port, shape), port),
            _chain(name, plain, _tcp(port, shape), port),
        )
    is_read = port.http and port.protocol.is_http
    return (_chain(name, plain, _http(port, shape) if is_read else _tcp(port, shape), port),)


def _chain(name: str, match: ChainMatch, network: Http | Tcp, port: InboundPort) -> FilterChain:
    return FilterChain(name=name, match=match, network=network, tls=port.tls, origins=port.origins)


def _tcp(port: InboundPort, shape: InboundShape) -> Tcp:
    cluster = _cluster_name(port)
    return Tcp(stat_prefix=cluster, targets=(TcpTarget(cluster=cluster),), access_log=shape.access_log)


def _http(port: InboundPort, shape: InboundShape) -> Http:
    cluster = _cluster_name(port)
    retry = None if port.protocol in _STREAMS else _RETRY
    route = Route(name="default", action=Forward(clusters=(WeightedCluster(cluster=cluster),), retry=retry))
    host = VirtualHost(name=f"inbound|http|{port.number}", domains=("*",), routes=(route,))
    return Http(
        stat_prefix=f"inbound_{listener_name(port.bind, port.number)}",
        routes=RouteConfig(name=inbound_route(port.number), virtual_hosts=(host,)),
        filters=(HttpFilter.ROUTER,),
        access_log=shape.access_log,
        forward_client_cert="APPEND_FORWARD" if port.tls else "",
        server_name="istio-envoy",
    )
