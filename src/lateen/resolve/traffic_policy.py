"""What a destination rule's traffic policy means for a cluster. Rules: Istio's `cluster_traffic_policy.go`."""

from typing import Any

from lateen.api.connection_pool import ConnectionPoolSettings, TcpKeepalive
from lateen.api.destination_rule import OutlierDetection as OutlierSettings
from lateen.api.destination_rule import RetryBudget as BudgetSettings
from lateen.api.destination_rule import TrafficPolicy
from lateen.api.duration import Duration
from lateen.api.load_balancer import BackendUtilizationLB, ConsistentHashLB, LoadBalancerSettings
from lateen.ir.cluster import (
    Algorithm,
    CircuitBreaker,
    Keepalive,
    LoadBalancer,
    OutlierDetection,
    RetryBudget,
    SlowStart,
    UpstreamProtocol,
    Utilization,
)
from lateen.model.service import Protocol
from lateen.model.settings import MeshSettings
from lateen.resolve.locality import is_locality_weighted, preference_for, zone_aware

DEFAULT_RING_SIZE = 1024

_ALGORITHMS = {
    "ROUND_ROBIN": Algorithm.ROUND_ROBIN,
    "RANDOM": Algorithm.RANDOM,
    "PASSTHROUGH": Algorithm.CLUSTER_PROVIDED,
}


def milliseconds(duration: Duration | None) -> int | None:
    """The duration in whole milliseconds, at least 1 unless it is 0."""
    if duration is None:
        return None
    return duration.milliseconds or (1 if duration else 0)


def load_balancer(policy: TrafficPolicy | None, mesh: MeshSettings, distribution: str = "") -> LoadBalancer:
    """How endpoints are chosen; LEAST_REQUEST by default. Outlier detection sets the panic threshold; 0 if absent."""
    settings = policy.load_balancer if policy else None
    outliers = policy.outlier_detection if policy else None
    algorithm, table_size = _algorithm(settings)
    return LoadBalancer(
        algorithm=algorithm,
        table_size=table_size,
        utilization=_utilization(settings.backend_utilization) if settings and settings.backend_utilization else None,
        slow_start=_slow_start(settings) if algorithm in {Algorithm.LEAST_REQUEST, Algorithm.ROUND_ROBIN} else None,
        locality_weighted=is_locality_weighted(preference_for(policy, mesh, distribution)),
        zone_aware=zone_aware(policy, mesh, distribution),
        panic_threshold_percent=float(outliers.min_health_percent) if outliers else None,
    )


def _algorithm(settings: LoadBalancerSettings | None) -> tuple[Algorithm, int | None]:
    if settings is None:
        return Algorithm.LEAST_REQUEST, None
    if settings.consistent_hash is not None:
        return _hash(settings.consistent_hash)
    if settings.backend_utilization is not None:
        return Algorithm.BACKEND_UTILIZATION, None
    return _ALGORITHMS.get(settings.simple or "", Algorithm.LEAST_REQUEST), None


def _hash(settings: ConsistentHashLB) -> tuple[Algorithm, int | None]:
    if settings.maglev is not None:
        return Algorithm.MAGLEV, settings.maglev.table_size or None
    if settings.ring_hash is not None:
        return Algorithm.RING_HASH, settings.ring_hash.minimum_ring_size or None
    return Algorithm.RING_HASH, settings.minimum_ring_size or DEFAULT_RING_SIZE


def _utilization(settings: BackendUtilizationLB) -> Utilization:
    penalty = settings.error_utilization_penalty_percent
    return Utilization(
        metrics=settings.metric_names_for_computing_utilization,
        error_penalty=None if penalty is None else penalty / 100,
        expiration_ms=milliseconds(settings.weight_expiration_period),
        stabilization_ms=milliseconds(settings.weight_stabilization_period),
        update_ms=milliseconds(settings.weight_update_period),
    )


def _slow_start(settings: LoadBalancerSettings | None) -> SlowStart | None:
    if settings is None:
        return None
    if (warmup := settings.warmup) is not None:
        return SlowStart(
            window_ms=warmup.duration.milliseconds,
            aggression=1.0 if warmup.aggression is None else warmup.aggression,
            minimum_percent=10.0 if warmup.minimum_percent is None else warmup.minimum_percent,
        )
    if settings.warmup_duration_secs is not None:
        return SlowStart(window_ms=settings.warmup_duration_secs.milliseconds)
    return None


def circuit_breaker(pool: ConnectionPoolSettings | None, budget: BudgetSettings | None) -> CircuitBreaker:
    """The limits of a connection pool, where 0 is no limit, and of a retry budget."""
    tcp, http = (pool.tcp, pool.http) if pool else (None, None)
    return CircuitBreaker(
        max_connections=(tcp.max_connections or None) if tcp else None,
        max_pending_requests=(http.http1_max_pending_requests or None) if http else None,
        max_requests=(http.http2_max_requests or None) if http else None,
        max_retries=(http.max_retries or None) if http else None,
        retry_budget=_retry_budget(budget) if budget else None,
    )


def _retry_budget(budget: BudgetSettings) -> RetryBudget:
    return RetryBudget(
        percent=20.0 if budget.percent is None else budget.percent,
        min_concurrency=budget.min_retry_concurrency or 3,
        interval_ms=milliseconds(budget.budget_interval),
    )


def outlier_detection(settings: OutlierSettings | None) -> OutlierDetection | None:
    """When endpoints are set aside; absent counts keep Envoy's defaults, local-origin failures need the split."""
    if settings is None:
        return None
    split = settings.split_external_local_origin_errors
    return OutlierDetection(
        consecutive_5xx=settings.consecutive_5xx_errors,
        consecutive_gateway_failure=settings.consecutive_gateway_errors,
        consecutive_local_origin_failure=(settings.consecutive_local_origin_failures or None) if split else None,
        split_external_local_origin=split,
        interval_ms=milliseconds(settings.interval),
        base_ejection_ms=milliseconds(settings.base_ejection_time),
        max_ejection_percent=settings.max_ejection_percent or None,
        error_codes=settings.outlier_detection_http_error_codes,
    )


def upstream_protocol(
    protocol: Protocol, pool: ConnectionPoolSettings | None, mesh: MeshSettings, *, gateway: bool
) -> UpstreamProtocol:
    """What is spoken to the endpoints: what the port says, unless the connection pool or the mesh upgrades it.

    Sidecars speak what the client speaks where they don't know; gateways don't, for their clients may not speak it to
    the endpoints.
    """
    http = pool.http if pool else None
    if http and http.use_client_protocol:
        return UpstreamProtocol.DOWNSTREAM
    asked = http.h2_upgrade_policy if http else "DEFAULT"
    upgraded = asked == "UPGRADE" or (mesh.h2_upgrade and asked == "DEFAULT" and protocol.is_http)
    if protocol.is_http2 or upgraded:
        return UpstreamProtocol.HTTP2
    if protocol is Protocol.AUTO and not gateway:
        return UpstreamProtocol.DOWNSTREAM
    return UpstreamProtocol.HTTP1 if protocol.is_http else UpstreamProtocol.TCP


def connection_settings(
    pool: ConnectionPoolSettings | None, connect_timeout_ms: int, keepalive: TcpKeepalive | None = None
) -> dict[str, Any]:
    """The fields of a `Cluster` that say how its connections are kept; the latter two are what the mesh says.

    Any: the fields are of several types.
    """
    tcp = pool.tcp if pool else None
    http = pool.http if pool else None
    asked = milliseconds(tcp.connect_timeout) if tcp else None
    idle = (http.idle_timeout if http else None) or (tcp.idle_timeout if tcp else None)
    pings = http.http2_keep_alive if http else None
    return {
        "connect_timeout_ms": asked or connect_timeout_ms,
        "keepalive": _keepalive(tcp.tcp_keepalive if tcp else None, keepalive),
        "idle_timeout_ms": milliseconds(idle),
        "max_connection_duration_ms": milliseconds(tcp.max_connection_duration) if tcp else None,
        "max_requests_per_connection": (http.max_requests_per_connection or None) if http else None,
        "max_concurrent_streams": (http.max_concurrent_streams or None) if http else None,
        "http2_keepalive_interval_ms": milliseconds(pings.interval) if pings else None,
        "http2_keepalive_timeout_ms": milliseconds(pings.timeout) if pings else None,
    }


def _keepalive(own: TcpKeepalive | None, mesh: TcpKeepalive | None) -> Keepalive | None:
    """Each value that the pool leaves out is the mesh's."""
    settings = [each for each in (own, mesh) if each is not None]
    if not settings:
        return None
    return Keepalive(
        probes=next((each.probes for each in settings if each.probes), None),
        time_s=next((int(each.time.seconds) for each in settings if each.time), None),
        interval_s=next((int(each.interval.seconds) for each in settings if each.interval), None),
    )
