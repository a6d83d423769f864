"""Clusters: named destinations with a load balancer, limits and a way to connect."""

import enum

from lateen.ir.endpoint import LoadAssignment
from lateen.ir.origin import ConfigOrigin
from lateen.ir.value import Value


class ClusterKind(enum.StrEnum):
    """How endpoints are found: pushed, listed, by DNS (all answers, or the first), or the caller's own destination."""

    EDS = "eds"
    STATIC = "static"
    STRICT_DNS = "strict_dns"
    LOGICAL_DNS = "logical_dns"
    ORIGINAL_DST = "original_dst"
    FORWARD_PROXY = "forward_proxy"


class Algorithm(enum.StrEnum):
    ROUND_ROBIN = "round_robin"
    LEAST_REQUEST = "least_request"
    RANDOM = "random"
    RING_HASH = "ring_hash"
    MAGLEV = "maglev"
    BACKEND_UTILIZATION = "backend_utilization"
    CLUSTER_PROVIDED = "cluster_provided"


class SlowStart(Value):
    window_ms: int
    aggression: float | None = None
    minimum_percent: float | None = None


class ZoneAware(Value):
    """Preference for endpoints of the client's own zone, from so many endpoints on; not `enabled` forbids it."""

    enabled: bool = True
    min_cluster_size: int | None = None


class Utilization(Value):
    """How endpoints are weighted by the load that they report; what is absent has Envoy's default.

    `error_penalty` multiplies the share of failures, which adds to the utilization.
    """

    metrics: tuple[str, ...] = ()
    error_penalty: float | None = None
    expiration_ms: int | None = None
    stabilization_ms: int | None = None
    update_ms: int | None = None


class LoadBalancer(Value):
    """How an endpoint is chosen. `table_size` is the ring's least size, or Maglev's table size."""

    algorithm: Algorithm = Algorithm.LEAST_REQUEST
    table_size: int | None = None
    slow_start: SlowStart | None = None
    utilization: Utilization | None = None
    locality_weighted: bool = False
    zone_aware: ZoneAware | None = None
    panic_threshold_percent: float | None = None


class RetryBudget(Value):
    """Retries at once, as a share of the active requests, never under `min_concurrency`.

    With an `interval_ms` requests and retries count that began within it.
    """

    percent: float = 20.0
    min_concurrency: int = 3
    interval_ms: int | None = None


class CircuitBreaker(Value):
    """Limits; `None` is no limit (2^32-1), as in Istio, not Envoy's 1024."""

    max_connections: int | None = None
    max_pending_requests: int | None = None
    max_requests: int | None = None
    max_retries: int | None = None
    retry_budget: RetryBudget | None = None


class OutlierDetection(Value):
    """When an endpoint is set aside. `error_codes`, where given, are the statuses that count instead of 5xx."""

    consecutive_5xx: int | None = None
    consecutive_gateway_failure: int | None = None
    consecutive_local_origin_failure: int | None = None
    split_external_local_origin: bool = False
    interval_ms: int | None = None
    base_ejection_ms: int | None = None
    max_ejection_percent: int | None = None
    error_codes: tuple[int, ...] = ()


class Keepalive(Value):
    probes: int | None = None
    time_s: int | None = None
    interval_s: int | None = None


class UpstreamProtocol(enum.StrEnum):
    """What is spoken to the endpoints: TCP (none set), HTTP/1.1, HTTP/2, or what the client spoke."""

    TCP = "tcp"
    HTTP1 = "http1"
    HTTP2 = "http2"
    DOWNSTREAM = "downstream"


class UpstreamTls(Value):
    """TLS towards the endpoints. Paths are files on the machine of the proxy; `secret` and `ca_secret` are SDS names.

    Without `ca` and `ca_secret` the machine's own authorities are trusted. `check_server_name` demands a certificate
    for `sni` where no `subject_alt_names` are given; without an `sni` the request's host is sent, and always checked.
    """

    sni: str = ""
    certificate: str = ""
    private_key: str = ""
    ca: str = ""
    crl: str = ""
    secret: str = ""
    ca_secret: str = ""
    subject_alt_names: tuple[str, ...] = ()
    check_server_name: bool = False
    insecure_skip_verify: bool = False
    alpn: tuple[str, ...] = ()


class Cluster(Value):
    """One Envoy cluster. `assignment` is set for STATIC and DNS kinds; EDS clusters get theirs separately.

    `service` is the hostname of the service it is for, `service_namespace` where that is declared; they label
    telemetry. `proxy_protocol` is "V1", "V2" or "". `original_dst_port` replaces the port of ORIGINAL_DST connections.
    `dns_cache` is where FORWARD_PROXY clusters find the addresses that a filter has looked up.
    """

    name: str
    kind: ClusterKind
    protocol: UpstreamProtocol = UpstreamProtocol.TCP
    connect_timeout_ms: int = 10_000
    load_balancer: LoadBalancer = LoadBalancer()
    circuit_breaker: CircuitBreaker = CircuitBreaker()
    outlier_detection: OutlierDetection | None = None
    assignment: LoadAssignment | None = None
    bind_source: str = ""
    tls: UpstreamTls | None = None
    keepalive: Keepalive | None = None
    idle_timeout_ms: int | None = None
    max_connection_duration_ms: int | None = None
    max_requests_per_connection: int | None = None
    max_concurrent_streams: int | None = None
    http2_keepalive_interval_ms: int | None = None
    http2_keepalive_timeout_ms: int | None = None
    proxy_protocol: str = ""
    dns_refresh_ms: int | None = None
    original_dst_port: int | None = None
    dns_cache: str = ""
    service: str = ""
    service_namespace: str = ""
    origins: tuple[ConfigOrigin, ...] = ()
