"""Mesh-wide settings: the part of Istio's MeshConfig that has a meaning here, with Istio's defaults."""

import enum

import msgspec

from lateen.api.connection_pool import ConnectionPoolSettings, TcpKeepalive
from lateen.api.destination_rule import OutlierDetection
from lateen.api.load_balancer import LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting
from lateen.api.meta import Message
from lateen.api.virtual_service import HTTPRetry


class OutboundMode(enum.StrEnum):
    """Whether workloads may call what the mesh does not know. Source: MeshConfig.outboundTrafficPolicy."""

    ALLOW_ANY = "ALLOW_ANY"
    REGISTRY_ONLY = "REGISTRY_ONLY"


class DefaultTrafficPolicy(Message):
    """What holds where no destination rule says otherwise, block by block. Source: MeshConfig.defaultTrafficPolicy."""

    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None


class MeshSettings(msgspec.Struct, frozen=True):
    """Read from key `mesh` of ConfigMap `istio` in namespace `istio-system`, in MeshConfig's words.

    `inbound_http` forces inbound hops to be HTTP-aware even when no rule at the destination asks for it.
    """

    root_namespace: str = "istio-system"
    trust_domain: str = "cluster.local"
    cluster_domain: str = "cluster.local"
    outbound_mode: OutboundMode = OutboundMode.ALLOW_ANY
    access_log_file: str = ""
    access_log_format: str = ""
    access_log_json: bool = False
    connect_timeout_ms: int = 10_000
    protocol_detection_timeout_ms: int = 0
    locality_lb: LocalityLoadBalancerSetting = LocalityLoadBalancerSetting(enabled=True)
    h2_upgrade: bool = False
    tcp_keepalive: TcpKeepalive | None = None
    default_policy: DefaultTrafficPolicy | None = None
    zone_aware_lb: ZoneAwareLoadBalancerSetting | None = None
    default_service_export_to: tuple[str, ...] = ("*",)
    default_virtual_service_export_to: tuple[str, ...] = ("*",)
    default_destination_rule_export_to: tuple[str, ...] = ("*",)
    inbound_http: bool = False
    dns_refresh_ms: int = 60_000
    retries: HTTPRetry = HTTPRetry(attempts=2)
