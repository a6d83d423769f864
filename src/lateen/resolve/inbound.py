"""The inbound side of a workload's sidecar: one listener, a chain for each port, the application behind them.

Names and shapes are Istio's. Connections reach the application from 127.0.0.6, which capture lets through.
"""

from collections.abc import Iterable, Mapping

from lateen.ir.cluster import Algorithm, Cluster, ClusterKind, LoadBalancer, UpstreamProtocol
from lateen.ir.config import Layer
from lateen.ir.listener import (
    AccessLog,
    Bind,
    ChainMatch,
    Direction,
    FilterChain,
    Http,
    HttpFilter,
    Listener,
    ListenerFilter,
    Tcp,
    TcpTarget,
)
from lateen.ir.names import (
    BLACK_HOLE_CLUSTER,
    INBOUND_PASSTHROUGH_CLUSTER,
    INBOUND_PORT,
    INBOUND_SOURCE_IP,
    OUTBOUND_PORT,
    VIRTUAL_INBOUND,
    WILDCARD_ADDRESS,
    Side,
    inbound_route,
    listener_name,
    subset_key,
)
from lateen.ir.route import Forward, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.ir.value import Value
from lateen.model.service import Protocol, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.workload import Workload

PROXY_PORTS = frozenset({15000, OUTBOUND_PORT, INBOUND_PORT, 15020, 15021, 15090})
HTTP_ALPN = ("http/1.0", "http/1.1", "h2c")


class InboundPort(Value):
    """A port of the workload, and the service (the oldest) whose clients reach it."""

    number: int
    protocol: Protocol
    service: str = ""
    namespace: str = ""


class InboundShape(Value):
    """All that a workload's inbound configuration depends on: workloads of equal shape share it."""

    ports: tuple[InboundPort, ...]
    http: bool
    connect_timeout_ms: int
    access_log: AccessLog | None
    detection_timeout_ms: int


def inbound_shape(workload: Workload | None, services: Iterable[Service], settings: MeshSettings) -> InboundShape:
    """The shape of a workload that `services` (oldest first) select; without a workload there are no known ports."""
    found: dict[int, InboundPort] = {}
    named = {port.name: port.number for port in workload.ports if port.name} if workload else {}
    for service in services:
        for port in service.ports:
            number = target_number(port, named)
            if number and port.protocol is not Protocol.UDP and number not in PROXY_PORTS:
                found.setdefault(number, _service_port(number, port, service))
    for declared in workload.ports if workload else ():
        if declared.protocol == "TCP" and declared.number not in PROXY_PORTS:
            found.setdefault(declared.number, InboundPort(number=declared.number, protocol=Protocol.AUTO))
    return InboundShape(
        ports=tuple(found[number] for number in sorted(found)),
        http=settings.inbound_http,
        connect_timeout_ms=settings.connect_timeout_ms,
        access_log=access_log(settings),
        detection_timeout_ms=settings.protocol_detection_timeout_ms,
    )


def target_number(port: ServicePort, named: Mapping[str, int]) -> int:
    """The workload's port behind a service port; 0 when it is a name the workload does not have."""
    if isinstance(port.target, str):
        return int(port.target) if port.target.isdigit() else named.get(port.target, 0)
    return port.target or port.number


def _service_port(number: int, port: ServicePort, service: Service) -> InboundPort:
    return InboundPort(number=number, protocol=port.protocol, service=service.hostname, namespace=service.namespace)


def access_log(settings: MeshSettings) -> AccessLog | None:
    """The mesh's access log, if one is asked for."""
    if not settings.access_log_file:
        return None
    return AccessLog(path=settings.access_log_file, format=settings.access_log_format, json=settings.access_log_json)


def resolve_inbound(shape: InboundShape) -> Layer:
    """The listener and the clusters of a workload of that shape."""
    clusters = [_cluster(port, shape) for port in shape.ports]
    clusters.append(_local_cluster(INBOUND_PASSTHROUGH_CLUSTER, UpstreamProtocol.DOWNSTREAM, shape))
    listener = _listener(shape)
    return Layer(
        name="inbound",
        listeners={listener.name: listener},
        clusters={cluster.name: cluster for cluster in clusters},
    )


def _cluster(port: InboundPort, shape: InboundShape) -> Cluster:
    protocol = UpstreamProtocol.TCP
    if shape.http and port.protocol.is_http2:
        protocol = UpstreamProtocol.HTTP2
    elif shape.http and port.protocol is Protocol.AUTO:
        protocol = UpstreamProtocol.DOWNSTREAM
    elif shape.http and port.protocol.is_http:
        protocol = UpstreamProtocol.HTTP1
    return _local_cluster(_cluster_name(port), protocol, shape, port.service, port.namespace)


def _cluster_name(port: InboundPort) -> str:
    return subset_key(Side.INBOUND, "", "", port.number)


def _local_cluster(
    name: str, protocol: UpstreamProtocol, shape: InboundShape, service: str = "", namespace: str = ""
) -> Cluster:
    return Cluster(
        name=name,
        kind=ClusterKind.ORIGINAL_DST,
        protocol=protocol,
        load_balancer=LoadBalancer(algorithm=Algorithm.CLUSTER_PROVIDED),
        connect_timeout_ms=shape.connect_timeout_ms,
        bind_source=INBOUND_SOURCE_IP,
        service=service,
        service_namespace=namespace,
    )


def _listener(shape: InboundShape) -> Listener:
    filters = [ListenerFilter.ORIGINAL_DST]
    sniffs = shape.http and any(port.protocol is Protocol.AUTO for port in shape.ports)
    if sniffs:
        filters.append(ListenerFilter.HTTP_INSPECTOR)
    return Listener(
        name=VIRTUAL_INBOUND,
        binds=(Bind(address=WILDCARD_ADDRESS, port=INBOUND_PORT),),
        direction=Direction.INBOUND,
        chains=(*_blackholes(), *(chain for port in shape.ports for chain in _chains(port, shape))),
        default_chain=_passthrough(shape),
        filters=tuple(filters),
        inspection_timeout_ms=shape.detection_timeout_ms if sniffs else None,
    )


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
        name=f"{VIRTUAL_INBOUND}-catchall",
        network=Tcp(
            stat_prefix=INBOUND_PASSTHROUGH_CLUSTER,
            targets=(TcpTarget(cluster=INBOUND_PASSTHROUGH_CLUSTER),),
            access_log=shape.access_log,
        ),
    )


def _chains(port: InboundPort, shape: InboundShape) -> tuple[FilterChain, ...]:
    name = listener_name(WILDCARD_ADDRESS, port.number)
    plain = ChainMatch(destination_port=port.number)
    if not shape.http or not (port.protocol.is_http or port.protocol is Protocol.AUTO):
        return (FilterChain(name=name, match=plain, network=_tcp(port, shape)),)
    if port.protocol.is_http:
        return (FilterChain(name=name, match=plain, network=_http(port, shape)),)
    sniffed = ChainMatch(destination_port=port.number, alpn=HTTP_ALPN)
    return (
        FilterChain(name=f"{name}-http", match=sniffed, network=_http(port, shape)),
        FilterChain(name=name, match=plain, network=_tcp(port, shape)),
    )


def _tcp(port: InboundPort, shape: InboundShape) -> Tcp:
    cluster = _cluster_name(port)
    return Tcp(stat_prefix=cluster, targets=(TcpTarget(cluster=cluster),), access_log=shape.access_log)


def _http(port: InboundPort, shape: InboundShape) -> Http:
    cluster = _cluster_name(port)
    route = Route(name="default", action=Forward(clusters=(WeightedCluster(cluster=cluster),)))
    host = VirtualHost(name=f"inbound|http|{port.number}", domains=("*",), routes=(route,))
    return Http(
        stat_prefix=f"inbound_{listener_name(WILDCARD_ADDRESS, port.number)}",
        routes=RouteConfig(name=inbound_route(port.number), virtual_hosts=(host,)),
        filters=(HttpFilter.ROUTER,),
        access_log=shape.access_log,
        server_name="istio-envoy",
    )
