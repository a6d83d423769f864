import pytest
from tests.support.resources import REVIEWS, service, snapshot

from lateen.api.connection_pool import ConnectionPoolSettings, HTTPSettings, TcpKeepalive, TCPSettings
from lateen.api.destination_rule import OutlierDetection as OutlierSettings
from lateen.api.duration import Duration
from lateen.ir.cluster import (
    Algorithm,
    CircuitBreaker,
    Cluster,
    ClusterKind,
    Keepalive,
    RetryBudget,
    UpstreamProtocol,
    Utilization,
)
from lateen.model.service import Protocol
from lateen.model.settings import DefaultTrafficPolicy, MeshSettings
from lateen.model.snapshot import MeshSnapshot
from lateen.resolve.clusters import (
    BY_NAME,
    catch_all_clusters,
    cluster_kind,
    is_routable,
    port_clusters,
)
from lateen.resolve.host_rule import merge_rules
from lateen.resolve.traffic_policy import connection_settings, upstream_protocol

HOST = "reviews.default.svc.cluster.local"


def clusters(mesh: MeshSnapshot, host: str = HOST, *, gateway: bool = False) -> dict[str, Cluster]:
    found = mesh.services["default", host]
    rule = merge_rules(*mesh.destination_rules) if mesh.destination_rules else None
    result = {}
    for port in found.ports:
        if is_routable(found, port):
            kind = cluster_kind(found, gateway=gateway)
            endpoints = mesh.endpoints["default", host, port.number] if kind in BY_NAME else ()
            for cluster in port_clusters(found, port, rule, mesh.settings, kind, endpoints).clusters:
                result[cluster.name] = cluster
    return result


def rule(policy: str, subsets: str = "[]") -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: reviews}}
spec: {{host: reviews, trafficPolicy: {policy}, subsets: {subsets}}}
"""


def one(text: str) -> Cluster:
    (found,) = clusters(snapshot(text)).values()
    return found


def test_a_service_without_rules() -> None:
    found = one(REVIEWS)
    assert found.name == f"outbound|9080||{HOST}"
    assert (found.kind, found.protocol) == (ClusterKind.EDS, UpstreamProtocol.HTTP1)
    assert found.load_balancer.algorithm is Algorithm.LEAST_REQUEST
    assert found.connect_timeout_ms == 10_000
    assert found.circuit_breaker.max_connections is None
    assert (found.service, found.service_namespace, found.origins) == (HOST, "default", ())


def test_each_subset_has_a_cluster_with_its_own_policy_and_the_rule_as_origin() -> None:
    found = clusters(
        snapshot(
            REVIEWS
            + rule(
                "{loadBalancer: {simple: RANDOM}}",
                "[{name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}]",
            )
        )
    )
    assert [(name, each.load_balancer.algorithm) for name, each in found.items()] == [
        (f"outbound|9080||{HOST}", Algorithm.RANDOM),
        (f"outbound|9080|v1|{HOST}", Algorithm.ROUND_ROBIN),
    ]
    origin = found[f"outbound|9080|v1|{HOST}"].origins[0]
    assert (origin.kind, origin.namespace, origin.name) == ("DestinationRule", "default", "reviews")


@pytest.mark.parametrize(
    ("port_name", "expected"),
    [
        ("http", UpstreamProtocol.HTTP1),
        ("grpc", UpstreamProtocol.HTTP2),
        ("tcp", UpstreamProtocol.TCP),
        ("https", UpstreamProtocol.TCP),
        ("other", UpstreamProtocol.DOWNSTREAM),
    ],
)
def test_what_is_spoken_to_the_endpoints_follows_the_ports_protocol(port_name: str, expected: UpstreamProtocol) -> None:
    assert one(service("reviews", port_name=port_name)).protocol is expected


def test_the_connection_pool_may_upgrade_or_follow_the_client() -> None:
    upgrade = rule("{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}")
    assert one(REVIEWS + upgrade).protocol is UpstreamProtocol.HTTP2
    follow = rule("{connectionPool: {http: {useClientProtocol: true}}}")
    assert one(REVIEWS + follow).protocol is UpstreamProtocol.DOWNSTREAM


def test_limits_timeouts_and_outlier_detection() -> None:
    found = one(
        REVIEWS
        + rule(
            "{connectionPool: {tcp: {maxConnections: 5, connectTimeout: 250ms, idleTimeout: 2h,"
            " tcpKeepalive: {probes: 3, time: 60s}},"
            " http: {http1MaxPendingRequests: 6, http2MaxRequests: 7, maxRetries: 8, maxRequestsPerConnection: 9,"
            " idleTimeout: 30s}},"
            " outlierDetection: {consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 2s, maxEjectionPercent: 50,"
            " minHealthPercent: 20, consecutiveLocalOriginFailures: 4}}"
        )
    )
    limits = found.circuit_breaker
    assert (limits.max_connections, limits.max_pending_requests) == (5, 6)
    assert (limits.max_requests, limits.max_retries) == (7, 8)
    assert (found.connect_timeout_ms, found.idle_timeout_ms, found.max_requests_per_connection) == (250, 30_000, 9)
    assert found.keepalive
    assert (found.keepalive.probes, found.keepalive.time_s, found.keepalive.interval_s) == (3, 60, None)
    outliers = found.outlier_detection
    assert outliers
    assert (outliers.consecutive_5xx, outliers.interval_ms, outliers.base_ejection_ms) == (3, 1000, 2000)
    assert (outliers.max_ejection_percent, outliers.consecutive_local_origin_failure) == (50, None)
    assert found.load_balancer.panic_threshold_percent == 20.0


@pytest.mark.parametrize(
    ("settings", "algorithm", "size"),
    [
        ("{simple: LEAST_CONN}", Algorithm.LEAST_REQUEST, None),
        ("{consistentHash: {httpHeaderName: x}}", Algorithm.RING_HASH, 1024),
        ("{consistentHash: {httpHeaderName: x, minimumRingSize: 2048}}", Algorithm.RING_HASH, 2048),
        ("{consistentHash: {useSourceIp: true, ringHash: {minimumRingSize: 5}}}", Algorithm.RING_HASH, 5),
        ("{consistentHash: {useSourceIp: true, maglev: {tableSize: 251}}}", Algorithm.MAGLEV, 251),
    ],
)
def test_load_balancers(settings: str, algorithm: Algorithm, size: int | None) -> None:
    found = one(REVIEWS + rule(f"{{loadBalancer: {settings}}}")).load_balancer
    assert (found.algorithm, found.table_size) == (algorithm, size)


def test_passthrough_goes_where_the_client_dialled() -> None:
    found = one(REVIEWS + rule("{loadBalancer: {simple: PASSTHROUGH}}"))
    assert (found.kind, found.load_balancer.algorithm) == (ClusterKind.ORIGINAL_DST, Algorithm.CLUSTER_PROVIDED)


@pytest.mark.parametrize(
    ("resolution", "sidecar", "gateway"),
    [
        ("STATIC", ClusterKind.EDS, ClusterKind.EDS),
        ("DNS", ClusterKind.STRICT_DNS, ClusterKind.STRICT_DNS),
        ("DNS_ROUND_ROBIN", ClusterKind.LOGICAL_DNS, ClusterKind.LOGICAL_DNS),
        ("NONE", ClusterKind.ORIGINAL_DST, ClusterKind.EDS),
    ],
)
def test_service_entries(resolution: str, sidecar: ClusterKind, gateway: ClusterKind) -> None:
    mesh = snapshot(
        f"""
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: api}}
spec: {{hosts: [api.example.com], resolution: {resolution}, ports: [{{number: 80, name: http, protocol: HTTP}}]}}
"""
    )
    for is_gateway, kind in ((False, sidecar), (True, gateway)):
        (found,) = clusters(mesh, "api.example.com", gateway=is_gateway).values()
        assert found.kind is kind
        if kind in BY_NAME:
            assert found.assignment
            assert found.assignment.localities[0].endpoints[0].address == "api.example.com"
            assert found.dns_refresh_ms == 60_000


@pytest.mark.parametrize("protocol", ["http", "tcp"])
def test_connections_to_headless_services_go_where_the_client_dialled(protocol: str) -> None:
    headless = service("reviews", port_name=protocol).replace("clusterIP: 10.96", "clusterIP: None # ")
    for gateway, kind in ((False, ClusterKind.ORIGINAL_DST), (True, ClusterKind.EDS)):
        (found,) = clusters(snapshot(headless), gateway=gateway).values()
        assert found.kind is kind


@pytest.mark.parametrize(("target", "expected"), [(8443, 8443), (443, None)])
def test_connections_may_go_on_to_another_port(target: int, expected: int | None) -> None:
    text = f"""
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: api}}
spec:
  hosts: [a.example.com]
  ports: [{{number: 443, name: tls, protocol: TLS, targetPort: {target}}}]
  resolution: NONE
"""
    (found,) = clusters(snapshot(text), "a.example.com").values()
    assert (found.kind, found.original_dst_port) == (ClusterKind.ORIGINAL_DST, expected)


def test_udp_ports_and_aliases_have_no_clusters() -> None:
    assert not clusters(snapshot(service("reviews").replace("name: http", "name: dns, protocol: UDP")))
    alias = service("reviews").replace("clusterIP", "type: ExternalName\n  externalName: example.com\n  clusterIP")
    assert not clusters(snapshot(alias))


def test_gateways_have_no_passthrough() -> None:
    assert [each.name for each in catch_all_clusters(MeshSettings(), gateway=True)] == ["BlackHoleCluster"]
    names = [each.name for each in catch_all_clusters(MeshSettings(), gateway=False)]
    assert names == ["BlackHoleCluster", "PassthroughCluster"]


@pytest.mark.parametrize(
    ("protocol", "asked", "expected"),
    [
        (Protocol.HTTP, "DEFAULT", UpstreamProtocol.HTTP2),
        (Protocol.HTTP, "DO_NOT_UPGRADE", UpstreamProtocol.HTTP1),
        (Protocol.AUTO, "DEFAULT", UpstreamProtocol.DOWNSTREAM),
        (Protocol.TCP, "DEFAULT", UpstreamProtocol.TCP),
        (Protocol.GRPC, "DO_NOT_UPGRADE", UpstreamProtocol.HTTP2),
    ],
)
def test_the_mesh_may_upgrade_http(protocol: Protocol, asked: str, expected: UpstreamProtocol) -> None:
    pool = ConnectionPoolSettings(http=HTTPSettings(h2_upgrade_policy=asked))  # type: ignore[arg-type]
    assert upstream_protocol(protocol, pool, MeshSettings(h2_upgrade=True), gateway=False) is expected
    assert upstream_protocol(Protocol.HTTP, pool, MeshSettings(), gateway=False) is UpstreamProtocol.HTTP1


def test_gateways_do_not_follow_their_clients_to_ports_of_unknown_protocol() -> None:
    unknown = Protocol.AUTO
    assert upstream_protocol(unknown, None, MeshSettings(), gateway=True) is UpstreamProtocol.TCP
    pool = ConnectionPoolSettings(http=HTTPSettings(use_client_protocol=True))
    assert upstream_protocol(unknown, pool, MeshSettings(), gateway=True) is UpstreamProtocol.DOWNSTREAM


def test_what_a_rule_leaves_out_of_keepalive_is_the_meshs() -> None:
    mesh = TcpKeepalive(probes=9, time=Duration(seconds=60))
    pool = ConnectionPoolSettings(tcp=TCPSettings(tcp_keepalive=TcpKeepalive(probes=3, interval=Duration(seconds=5))))
    both = connection_settings(pool, 1, mesh)["keepalive"]
    assert both == Keepalive(probes=3, time_s=60, interval_s=5)
    assert connection_settings(None, 1, mesh)["keepalive"] == Keepalive(probes=9, time_s=60)
    assert connection_settings(None, 1)["keepalive"] is None


def test_a_retry_budget_needs_no_connection_pool() -> None:
    found = one(REVIEWS + rule("{retryBudget: {percent: 10, budgetInterval: 2s}}")).circuit_breaker
    assert found == CircuitBreaker(retry_budget=RetryBudget(percent=10, interval_ms=2000))


def test_endpoints_may_be_weighted_by_the_load_that_they_report() -> None:
    policy = "{loadBalancer: {backendUtilization: {errorUtilizationPenaltyPercent: 150, weightUpdatePeriod: 2s}}}"
    found = one(REVIEWS + rule(policy)).load_balancer
    assert found.algorithm is Algorithm.BACKEND_UTILIZATION
    assert found.utilization == Utilization(error_penalty=1.5, update_ms=2000)


MESH_WIDE = DefaultTrafficPolicy(
    connection_pool=ConnectionPoolSettings(tcp=TCPSettings(max_connections=33)),
    outlier_detection=OutlierSettings(consecutive_5xx_errors=3),
)


@pytest.mark.parametrize(
    ("policy", "connections", "errors"),
    [
        ("{}", 33, 3),
        ("{connectionPool: {tcp: {maxConnections: 5}}}", 5, 3),
        ("{outlierDetection: {consecutive5xxErrors: 9}}", 33, 9),
        ("{portLevelSettings: [{port: {number: 9080}, connectionPool: {tcp: {maxConnections: 7}}}]}", 7, 3),
    ],
)
def test_what_a_rule_leaves_out_is_the_meshs_block_by_block(policy: str, connections: int, errors: int) -> None:
    mesh = snapshot(REVIEWS + rule(policy))
    service = mesh.services["default", HOST]
    settings = MeshSettings(default_policy=MESH_WIDE)
    for found in (merge_rules(*mesh.destination_rules), None):
        (cluster,) = port_clusters(service, service.ports[0], found, settings, ClusterKind.EDS).clusters
        assert cluster.circuit_breaker.max_connections == (connections if found else 33)
        assert cluster.outlier_detection is not None
        assert cluster.outlier_detection.consecutive_5xx == (errors if found else 3)


def test_unknown_destinations_have_the_meshs_limits() -> None:
    (_, passthrough) = catch_all_clusters(MeshSettings(default_policy=MESH_WIDE), gateway=False)
    assert passthrough.circuit_breaker.max_connections == 33
    assert passthrough.outlier_detection is None
