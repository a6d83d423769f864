"""Istio `networking.istio.io` Sidecar: what a workload's proxy accepts and can reach."""

from typing import Literal

from lateen.api.connection_pool import ConnectionPoolSettings
from lateen.api.gateway import ServerTLSSettings
from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Labels, UInt32
from lateen.api.virtual_service import Destination

CaptureMode = Literal["DEFAULT", "IPTABLES", "NONE"]


class WorkloadSelector(Message):
    """`networking` WorkloadSelector: the workloads of the namespace with all of `labels`."""

    labels: Labels = {}


class SidecarPort(Message):
    """A port of a Sidecar listener."""

    number: UInt32 = 0
    protocol: str = ""
    name: str = ""
    target_port: UInt32 = 0


class IstioIngressListener(Message):
    """A port the proxy accepts; `default_endpoint` is where it forwards to."""

    port: SidecarPort
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    default_endpoint: str = ""
    tls: ServerTLSSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None


class IstioEgressListener(Message):
    """Hosts the workload can reach, each `namespace/name`."""

    port: SidecarPort | None = None
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    hosts: tuple[str, ...]


class OutboundTrafficPolicy(Message):
    """What happens to traffic for unknown destinations."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY"] = "REGISTRY_ONLY"
    egress_proxy: Destination | None = None


class SidecarSpec(Message):
    """No `workload_selector`: the whole namespace."""

    workload_selector: WorkloadSelector | None = None
    ingress: tuple[IstioIngressListener, ...] = ()
    egress: tuple[IstioEgressListener, ...] = ()
    inbound_connection_pool: ConnectionPoolSettings | None = None
    outbound_traffic_policy: OutboundTrafficPolicy | None = None


class Sidecar(Resource):
    """What a workload's proxy accepts and can reach."""

    spec: SidecarSpec = SidecarSpec()
    status: IstioStatus | None = None
