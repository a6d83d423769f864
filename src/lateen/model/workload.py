"""Workloads, and the proxies that stand beside them."""

import enum

import msgspec

from lateen.model.service import Locality


class ProxyType(enum.StrEnum):
    """The words are Istio's, as in node ids: `sidecar~10.244.0.5~reviews-v1-….default~default.svc.cluster.local`."""

    SIDECAR = "sidecar"
    GATEWAY = "router"
    WAYPOINT = "waypoint"


class ContainerPort(msgspec.Struct, frozen=True):
    """A port that a container declares."""

    number: int
    name: str = ""
    protocol: str = "TCP"


class Workload(msgspec.Struct, frozen=True):
    """A pod (later also a VM). `deployment` is the name of what it was made by, or its own."""

    name: str
    namespace: str
    address: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    service_account: str = "default"
    deployment: str = ""
    ports: tuple[ContainerPort, ...] = ()
    locality: Locality = Locality()
    has_sidecar: bool = False
    ready: bool = False
    probe_ports: tuple[int, ...] = ()

    @property
    def port_numbers(self) -> dict[str, int]:
        """The ports that have names, by these."""
        return {port.name: port.number for port in self.ports if port.name}


class Proxy(msgspec.Struct, frozen=True):
    """A proxy as it introduced itself over xDS. `id` is Istio's node id, `name` its third part without the namespace.

    `netns_host` is the network namespace file of the machine, for gateways that may listen there; "" when they may not.
    """

    id: str
    type: ProxyType
    name: str
    namespace: str
    address: str = ""
    labels: dict[str, str] = {}
    service_account: str = "default"
    locality: Locality = Locality()
    network: str = ""
    cluster: str = "Kubernetes"
    netns_host: str = ""
