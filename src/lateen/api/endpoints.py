"""Kubernetes `v1` Endpoints, the elder of EndpointSlice."""

from lateen.api.endpoint_slice import EndpointPort
from lateen.api.meta import Message, Resource
from lateen.api.reference import ObjectReference


class EndpointAddress(Message):
    """One backend's address."""

    ip: str
    hostname: str = ""
    node_name: str = ""
    target_ref: ObjectReference | None = None


class EndpointSubset(Message):
    """Addresses that share ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class Endpoints(Resource):
    """All backends of the service of the same name."""

    subsets: tuple[EndpointSubset, ...] = ()
