"""Istio `networking.istio.io` DestinationRule: how requests to a host are sent, and its subsets."""

from typing import Annotated, Literal

from msgspec import Meta, field

from lateen.api.connection_pool import ConnectionPoolSettings
from lateen.api.duration import Duration
from lateen.api.istio_status import IstioStatus
from lateen.api.load_balancer import LoadBalancerSettings
from lateen.api.meta import Message, Resource
from lateen.api.scalar import HttpStatus, Int32, OptionalDelay, Percentage, UInt32
from lateen.api.virtual_service import PortSelector
from lateen.api.workload_selector import WorkloadSelector


class OutlierDetection(Message):
    """When an endpoint that fails is left out for a while; absent counts are Envoy's defaults, 0 switches off."""

    consecutive_errors: Int32 = 0
    split_external_local_origin_errors: bool = False
    consecutive_local_origin_failures: UInt32 | None = None
    consecutive_gateway_errors: UInt32 | None = None
    consecutive_5xx_errors: UInt32 | None = field(default=None, name="consecutive5xxErrors")
    interval: Duration | None = None
    base_ejection_time: Duration | None = None
    max_ejection_percent: Int32 = 0
    min_health_percent: Int32 = 0
    outlier_detection_http_error_codes: tuple[HttpStatus, ...] = ()


class ClientTLSSettings(Message):
    """TLS towards the host."""

    mode: Literal["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] = "DISABLE"
    client_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    ca_crl: str = ""
    credential_name: str = ""
    subject_alt_names: tuple[str, ...] = ()
    sni: str = ""
    insecure_skip_verify: bool | None = None


class PortTrafficPolicy(Message):
    """A policy for one port; it replaces the host's policy, absent blocks included."""

    port: PortSelector | None = None
    load_balancer: LoadBalancerSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLSSettings | None = None


class TunnelSettings(Message):
    """Sends TCP through an HTTP proxy."""

    protocol: str = ""
    target_host: str
    target_port: UInt32


class ProxyProtocol(Message):
    """Sends the PROXY protocol."""

    version: Literal["V1", "V2"] = "V1"


class RetryBudget(Message):
    """Limits concurrent retries to a share of the active requests."""

    percent: Percentage | None = None
    min_retry_concurrency: UInt32 = 0
    budget_interval: OptionalDelay | None = None


class TrafficPolicy(Message):
    """How requests are sent."""

    load_balancer: LoadBalancerSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLSSettings | None = None
    port_level_settings: Annotated[tuple[PortTrafficPolicy, ...], Meta(max_length=4096)] = ()
    tunnel: TunnelSettings | None = None
    proxy_protocol: ProxyProtocol | None = None
    retry_budget: RetryBudget | None = None


class Subset(Message):
    """The endpoints with all of `labels`; the name joins the cluster's."""

    name: str
    labels: dict[str, str] = {}
    traffic_policy: TrafficPolicy | None = None


class DestinationRuleSpec(Message):
    """A host without dots is completed with the rule's namespace. No `export_to`: every namespace."""

    host: str
    traffic_policy: TrafficPolicy | None = None
    subsets: tuple[Subset, ...] = ()
    export_to: tuple[str, ...] = ()
    workload_selector: WorkloadSelector | None = None


class DestinationRule(Resource):
    """How requests to a host are sent."""

    spec: DestinationRuleSpec
    status: IstioStatus | None = None
