"""Istio `networking.istio.io` WorkloadGroup: the template for workloads that register themselves."""

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Int32, Labels, UInt32
from lateen.api.workload_entry import WorkloadEntrySpec


class WorkloadGroupMeta(Message):
    """`WorkloadGroup.ObjectMeta`: labels and annotations of the entries."""

    labels: Labels = {}
    annotations: Labels = {}


class HTTPHeader(Message):
    """A header a health check sends."""

    name: str = ""
    value: str = ""


class HTTPHealthCheckConfig(Message):
    """An HTTP GET."""

    path: str = ""
    port: UInt32
    host: str = ""
    scheme: str = ""
    http_headers: tuple[HTTPHeader, ...] = ()


class TCPHealthCheckConfig(Message):
    """A TCP connection."""

    host: str = ""
    port: UInt32


class ExecHealthCheckConfig(Message):
    """A command."""

    command: tuple[str, ...]


class GrpcHealthCheckConfig(Message):
    """A gRPC health check."""

    port: UInt32 = 0
    service: str = ""


class ReadinessProbe(Message):
    """A repeated check of the workload; times in seconds, 0 the default of Kubernetes' probes."""

    initial_delay_seconds: Int32 = 0
    timeout_seconds: Int32 = 0
    period_seconds: Int32 = 0
    success_threshold: Int32 = 0
    failure_threshold: Int32 = 0
    http_get: HTTPHealthCheckConfig | None = None
    tcp_socket: TCPHealthCheckConfig | None = None
    exec: ExecHealthCheckConfig | None = None
    grpc: GrpcHealthCheckConfig | None = None


class WorkloadGroupSpec(Message):
    """`template` is the entry each workload starts from."""

    metadata: WorkloadGroupMeta | None = None
    template: WorkloadEntrySpec
    probe: ReadinessProbe | None = None


class WorkloadGroup(Resource):
    """The template for workloads that register themselves."""

    spec: WorkloadGroupSpec
    status: IstioStatus | None = None
