"""Kubernetes `v1` Service. Absent scalars have the values Kubernetes' API server fills in."""

from typing import Literal

from msgspec import field

from lateen.api.meta import Condition, Message, Resource
from lateen.api.scalar import Int32, IntOrString


class ServicePort(Message):
    """One port. `protocol` is TCP, UDP or SCTP. `target_port` None: the number of `port`. `node_port` 0: to be assigned
    when the type asks for it."""

    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    port: Int32
    target_port: IntOrString | None = None
    node_port: Int32 = 0


class ClientIPConfig(Message):
    """How long a client stays with its endpoint, in seconds."""

    timeout_seconds: Int32 = 10800


class SessionAffinityConfig(Message):
    """Settings of session affinity."""

    client_ip: ClientIPConfig | None = field(default=None, name="clientIP")


class ServiceSpec(Message):
    """`cluster_ip` is `""` until assigned, `None` (the word) for headless services."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] = "ClusterIP"
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str = ""
    external_ips: tuple[str, ...] = field(default=(), name="externalIPs")
    external_name: str = ""
    load_balancer_ip: str = field(default="", name="loadBalancerIP")
    load_balancer_class: str = ""
    load_balancer_source_ranges: tuple[str, ...] = ()
    allocate_load_balancer_node_ports: bool = True
    health_check_node_port: Int32 = 0
    external_traffic_policy: Literal["", "Cluster", "Local"] = ""
    internal_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    publish_not_ready_addresses: bool = False
    session_affinity: Literal["None", "ClientIP"] = "None"
    session_affinity_config: SessionAffinityConfig | None = None
    traffic_distribution: str = ""


class PortStatus(Message):
    """A port of a load balancer."""

    port: Int32
    protocol: str = "TCP"
    error: str = ""


class LoadBalancerIngress(Message):
    """An address at which a service is reachable from outside."""

    ip: str = ""
    hostname: str = ""
    ip_mode: str = ""
    ports: tuple[PortStatus, ...] = ()


class LoadBalancerStatus(Message):
    """The addresses of a load balancer."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Message):
    """Where a service is reachable from outside."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()
    conditions: tuple[Condition, ...] = ()


class Service(Resource):
    """A name and address for the pods its selector picks."""

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    @property
    def headless(self) -> bool:
        """Whether the service's name stands for the pods' addresses instead of one of its own."""
        return self.spec.cluster_ip == "None"
