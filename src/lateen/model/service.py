"""Services and the endpoints behind them, whatever kind declared them."""

import enum
from collections.abc import Mapping

import msgspec

from lateen.api.problem import ResourceRef


class Protocol(enum.StrEnum):
    """What a port speaks. AUTO is sniffed."""

    HTTP = "HTTP"
    HTTP2 = "HTTP2"
    GRPC = "GRPC"
    GRPC_WEB = "GRPC-Web"
    TLS = "TLS"
    HTTPS = "HTTPS"
    TCP = "TCP"
    MONGO = "Mongo"
    MYSQL = "MySQL"
    UDP = "UDP"
    AUTO = "UnsupportedProtocol"

    @property
    def is_http(self) -> bool:
        """Whether requests on the port are routed one by one."""
        return self in {Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB}

    @property
    def is_http2(self) -> bool:
        """Whether the upstream hop is HTTP/2."""
        return self in {Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB}

    @property
    def is_tls(self) -> bool:
        """Whether the client itself speaks TLS."""
        return self in {Protocol.TLS, Protocol.HTTPS}


class Resolution(enum.StrEnum):
    """How a service's endpoints are found (`ServiceEntry.resolution`; Kubernetes services are STATIC)."""

    STATIC = "STATIC"
    DNS = "DNS"
    DNS_ROUND_ROBIN = "DNS_ROUND_ROBIN"
    DYNAMIC_DNS = "DYNAMIC_DNS"
    NONE = "NONE"
    ALIAS = "ALIAS"

    @property
    def is_by_name(self) -> bool:
        """Whether the endpoints may be names, which proxies look up again and again."""
        return self in {Resolution.DNS, Resolution.DNS_ROUND_ROBIN}


class ServicePort(msgspec.Struct, frozen=True):
    """`number` is what clients connect to; `target` the workload's port number or name (0: same number)."""

    number: int
    name: str
    protocol: Protocol
    target: int | str = 0
    node_port: int = 0

    def target_number(self, named: Mapping[str, int]) -> int:
        """The workload's port behind it, whose ports have those names; 0 for a name that none of them has."""
        if isinstance(self.target, str):
            return int(self.target) if self.target.isdigit() else named.get(self.target, 0)
        return self.target or self.number


class Locality(msgspec.Struct, frozen=True, order=True):
    """Where something runs; "" where that isn't known."""

    region: str = ""
    zone: str = ""
    subzone: str = ""


class Endpoint(msgspec.Struct, frozen=True):
    """One workload's address for one service port."""

    address: str
    port: int
    labels: dict[str, str] = {}
    namespace: str = ""
    workload: str = ""
    pod: str = ""
    service_account: str = ""
    locality: Locality = Locality()
    network: str = ""
    weight: int = 1
    ready: bool = True
    draining: bool = False
    tls_mode: str = ""
    host_name: str = ""


class Service(msgspec.Struct, frozen=True):
    """A name that clients call.

    `export_to` is `("*",)`, `(".",)`, namespaces, or `("~",)` for nobody. `automatic` addresses are those that the mesh
    itself gave it: clients may know others. `own_endpoints` are the addresses of endpoints that its declaration names
    itself, as ServiceEntries do.
    """

    hostname: str
    namespace: str
    ports: tuple[ServicePort, ...]
    source: ResourceRef
    addresses: tuple[str, ...] = ()
    automatic: bool = False
    resolution: Resolution = Resolution.STATIC
    mesh_external: bool = False
    headless: bool = False
    created: str = ""
    export_to: tuple[str, ...] = ("*",)
    selector: dict[str, str] = {}
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    subject_alt_names: tuple[str, ...] = ()
    alias_of: str = ""
    traffic_distribution: str = ""
    own_endpoints: tuple[str, ...] = ()
    is_kubernetes: bool = True

    def port(self, number: int) -> ServicePort | None:
        """The port that clients reach at `number`."""
        return next((port for port in self.ports if port.number == number), None)
