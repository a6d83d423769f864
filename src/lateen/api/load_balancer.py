"""How a client picks among endpoints: `LoadBalancerSettings` of Istio's DestinationRule."""

from typing import Literal

from msgspec import field

from lateen.api.duration import Duration
from lateen.api.meta import Message
from lateen.api.scalar import Count, OptionalDelay, Percentage, Share, UInt32, UInt64


class RingHash(Message):
    """Ketama ring; 1024 points at least when absent."""

    minimum_ring_size: UInt64 = 0


class MagLev(Message):
    """Maglev table; a prime, 65537 when absent."""

    table_size: UInt64 = 0


class HTTPCookieAttribute(Message):
    """An attribute of a generated cookie."""

    name: str
    value: str = ""


class HTTPCookie(Message):
    """A cookie to hash; with `ttl` it is generated when absent (0: a session cookie)."""

    name: str
    path: str = ""
    ttl: OptionalDelay | None = None
    attributes: tuple[HTTPCookieAttribute, ...] = ()


class ConsistentHashLB(Message):
    """Session affinity by hash: one key and perhaps one algorithm (ring hash when none is given)."""

    http_header_name: str | None = None
    http_cookie: HTTPCookie | None = None
    use_source_ip: bool | None = None
    http_query_parameter_name: str | None = None
    ring_hash: RingHash | None = None
    maglev: MagLev | None = None
    minimum_ring_size: UInt64 = 0


class Distribute(Message):
    """From a locality, the shares that go to localities; they sum to 100."""

    from_: str = field(default="", name="from")
    to: dict[str, UInt32] = {}


class Failover(Message):
    """From a region, the region that takes over."""

    from_: str = field(default="", name="from")
    to: str = ""


class LocalityLoadBalancerSetting(Message):
    """Preference by region, zone and subzone."""

    distribute: tuple[Distribute, ...] = ()
    failover: tuple[Failover, ...] = ()
    failover_priority: tuple[str, ...] = ()
    enabled: bool | None = None


class ZoneAwareLoadBalancerSetting(Message):
    """Envoy's zone-aware routing."""

    enabled: bool | None = None
    failover: tuple[Failover, ...] = ()
    failover_priority: tuple[str, ...] = ()
    min_cluster_size: Count | None = None


class WarmupConfiguration(Message):
    """New endpoints get traffic gradually."""

    duration: Duration
    minimum_percent: Percentage | None = None
    aggression: Share | None = None


class BackendUtilizationLB(Message):
    """Weights from the load that endpoints report (ORCA)."""

    error_utilization_penalty_percent: UInt32 | None = None
    metric_names_for_computing_utilization: tuple[str, ...] = ()
    weight_expiration_period: OptionalDelay | None = None
    weight_stabilization_period: OptionalDelay | None = None
    weight_update_period: OptionalDelay | None = None


class LoadBalancerSettings(Message):
    """`simple`, `consistent_hash` or `backend_utilization`; none: LEAST_REQUEST."""

    simple: Literal["UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST"] | None = None
    consistent_hash: ConsistentHashLB | None = None
    backend_utilization: BackendUtilizationLB | None = None
    locality_lb_setting: LocalityLoadBalancerSetting | None = None
    zone_aware_lb_setting: ZoneAwareLoadBalancerSetting | None = None
    warmup_duration_secs: Duration | None = None
    warmup: WarmupConfiguration | None = None
