import pytest
from tests.support.resources import REVIEWS, snapshot
from tests.support.routing import document

from lateen.api.sidecar import Sidecar
from lateen.ir.cluster import ClusterKind, UpstreamProtocol
from lateen.ir.config import Layer
from lateen.ir.listener import Http, Tcp
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.inbound import InboundShape, inbound_shape, resolve_inbound
from lateen.resolve.ingress import shape_by_sidecar
from lateen.resolve.selectors import index_selectors

PROXY = Proxy(id="p", type=ProxyType.SIDECAR, name="reviews-v1-abc-1", namespace="default", address="10.244.0.5")


def shape(spec: str, proxy: Proxy = PROXY) -> InboundShape:
    mesh = snapshot(REVIEWS + document("Sidecar", "s", spec))
    workload = mesh.workloads["default", "reviews-v1-abc-1"]
    services = index_selectors(mesh.services.values()).selecting("default", workload.labels)
    sidecar = mesh.sidecars[0]
    assert isinstance(sidecar, Sidecar)
    return shape_by_sidecar(inbound_shape(workload, services, mesh.settings), sidecar, proxy)


def layer(spec: str) -> Layer:
    return resolve_inbound(shape(spec))


def listener(number: int, more: str = "", protocol: str = "HTTP") -> str:
    return f"{{port: {{number: {number}, protocol: {protocol}, name: x}}{more}}}"


def endpoints(found: Layer, cluster: str) -> list[str]:
    assignment = found.clusters[cluster].assignment
    if assignment is None:
        return []
    places = [each for locality in assignment.localities for each in locality.endpoints]
    return [f"{each.address}:{each.port}" if each.port else each.address for each in places]


@pytest.mark.parametrize(
    ("endpoint", "expected", "source"),
    [
        ("", [], "127.0.0.6"),
        ("127.0.0.1:8080", ["127.0.0.1:8080"], ""),
        ("0.0.0.0:8080", ["10.244.0.5:8080"], "127.0.0.6"),
        ("[::1]:8080", ["127.0.0.1:8080"], ""),
        ("[::]:8080", ["::1:8080"], ""),
        ("unix:///a/b", ["unix:///a/b"], ""),
        (":8080", [], "127.0.0.6"),
    ],
)
def test_where_a_listener_sends_what_arrives(endpoint: str, expected: list[str], source: str) -> None:
    found = layer(f"{{ingress: [{listener(80, f', defaultEndpoint: {endpoint!r}')}]}}")
    cluster = found.clusters["inbound|80||"]
    assert endpoints(found, cluster.name) == expected
    assert cluster.kind is (ClusterKind.STATIC if expected else ClusterKind.ORIGINAL_DST)
    assert cluster.bind_source == source


def test_ingress_takes_the_place_of_all_ports_known_otherwise() -> None:
    found = layer(f"{{ingress: [{listener(80)}, {listener(15006)}]}}")
    assert sorted(found.clusters) == ["InboundPassthroughCluster", "inbound|80||"]
    assert found.clusters["inbound|80||"].service == "s.default"
    known = layer(f"{{ingress: [{listener(9080)}]}}").clusters["inbound|9080||"]
    assert known.service == "reviews.default.svc.cluster.local"


@pytest.mark.parametrize(
    ("protocol", "more", "is_read", "upstream"),
    [
        ("HTTP", "", True, UpstreamProtocol.HTTP1),
        ("GRPC", "", True, UpstreamProtocol.HTTP2),
        ("HTTP", ", connectionPool: {http: {useClientProtocol: true}}", True, UpstreamProtocol.DOWNSTREAM),
        ("TCP", ", connectionPool: {http: {maxRetries: 1}}", False, UpstreamProtocol.TCP),
        ("HTTPS", "", False, UpstreamProtocol.TCP),
        ("HTTPS", ", tls: {mode: SIMPLE, serverCertificate: /c, privateKey: /k}", True, UpstreamProtocol.HTTP1),
        ("TLS", ", tls: {mode: MUTUAL, serverCertificate: /c, privateKey: /k, caCertificates: /a}", False, "tcp"),
    ],
)
def test_requests_are_read_where_the_protocol_says_so(
    protocol: str, more: str, is_read: bool, upstream: UpstreamProtocol
) -> None:
    found = layer(f"{{ingress: [{listener(80, more, protocol)}]}}")
    (chain,) = [each for each in found.listeners["virtualInbound"].chains if each.match.destination_port == 80]
    assert isinstance(chain.network, Http if is_read else Tcp)
    assert found.clusters["inbound|80||"].protocol == upstream
    assert bool(chain.tls) == ("tls" in more)
    assert [each.name for each in chain.origins] == ["s"]


def test_an_unknown_protocol_is_sniffed() -> None:
    found = layer("{ingress: [{port: {number: 80}}]}")
    chains = [each for each in found.listeners["virtualInbound"].chains if each.match.destination_port == 80]
    assert [type(each.network) for each in chains] == [Http, Tcp]


def test_a_listener_that_captures_nothing_has_a_socket_of_its_own() -> None:
    two = f"{listener(80, ', captureMode: NONE')}, {listener(81, ', captureMode: NONE, bind: 127.0.0.9')}"
    found = layer(f"{{ingress: [{two}]}}")
    assert sorted(found.listeners) == ["10.244.0.5_80", "127.0.0.9_81", "virtualInbound"]
    assert found.listeners["10.244.0.5_80"].bound
    assert not any(each.match.destination_port in {80, 81} for each in found.listeners["virtualInbound"].chains)


def test_an_address_is_part_of_the_name_where_connections_are_captured() -> None:
    found = layer(f"{{ingress: [{listener(80, ', bind: 1.1.1.1')}]}}")
    (chain,) = [each for each in found.listeners["virtualInbound"].chains if each.match.destination_port == 80]
    assert isinstance(chain.network, Http)
    assert (chain.name, chain.network.stat_prefix) == ("1.1.1.1_80", "inbound_1.1.1.1_80")


def test_a_ports_own_limits_come_before_those_for_all_ports() -> None:
    ports = f"{listener(80, ', connectionPool: {tcp: {maxConnections: 1}}')}, {listener(81)}"
    found = layer(f"{{ingress: [{ports}], inboundConnectionPool: {{tcp: {{maxConnections: 2, connectTimeout: 3s}}}}}}")
    limits = {name: each.circuit_breaker.max_connections for name, each in found.clusters.items()}
    assert limits == {"inbound|80||": 1, "inbound|81||": 2, "InboundPassthroughCluster": None}
    assert found.clusters["inbound|81||"].connect_timeout_ms == 3000


def test_limits_of_requests_make_known_ports_read_them() -> None:
    found = layer("{inboundConnectionPool: {http: {http2MaxRequests: 2}}}")
    assert found.clusters["inbound|9080||"].circuit_breaker.max_requests == 2
    assert found.clusters["inbound|9080||"].protocol is UpstreamProtocol.HTTP1
    only_tcp = layer("{inboundConnectionPool: {tcp: {maxConnections: 2}}}")
    assert only_tcp.clusters["inbound|9080||"].protocol is UpstreamProtocol.TCP


def test_workloads_share_a_shape_unless_their_address_is_asked_for() -> None:
    other = Proxy(id="q", type=ProxyType.SIDECAR, name="q", namespace="default", address="10.244.0.6")
    same = f"{{ingress: [{listener(80, ', defaultEndpoint: 127.0.0.1:1')}]}}"
    assert shape(same) == shape(same, other)
    differs = f"{{ingress: [{listener(80, ', defaultEndpoint: 0.0.0.0:1')}]}}"
    assert shape(differs) != shape(differs, other)
