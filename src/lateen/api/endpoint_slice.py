"""Kubernetes `discovery.k8s.io/v1` EndpointSlice."""

from lateen.api.meta import Message, Resource
from lateen.api.reference import ObjectReference
from lateen.api.scalar import Int32


class EndpointConditions(Message):
    """What an endpoint can do now; absent `ready` means true."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class ForZone(Message):
    """A zone that should use an endpoint."""

    name: str


class ForNode(Message):
    """A node that should use an endpoint."""

    name: str


class EndpointHints(Message):
    """Who should use an endpoint."""

    for_zones: tuple[ForZone, ...] = ()
    for_nodes: tuple[ForNode, ...] = ()


class Endpoint(Message):
    """One backend; several addresses are interchangeable."""

    addresses: tuple[str, ...]
    conditions: EndpointConditions = EndpointConditions()
    hostname: str = ""
    target_ref: ObjectReference | None = None
    node_name: str = ""
    zone: str = ""
    hints: EndpointHints | None = None
    deprecated_topology: dict[str, str] = {}


class EndpointPort(Message):
    """A port all endpoints of the slice have; None: all ports."""

    name: str = ""
    protocol: str = "TCP"
    port: Int32 | None = None
    app_protocol: str = ""


class EndpointSlice(Resource):
    """Some of a service's backends; label `kubernetes.io/service-name` names the service."""

    address_type: str
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()

    @property
    def service_name(self) -> str:
        """The service in the same namespace, "" when the label is absent."""
        return self.metadata.labels.get("kubernetes.io/service-name", "")
