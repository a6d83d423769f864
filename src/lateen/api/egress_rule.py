"""Istio `config.istio.io/v1alpha2` EgressRule: services outside of the mesh before ServiceEntry."""

from msgspec import field

from lateen.api.istio_service import IstioService
from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Int32


class EgressPort(Message):
    """A port and what is spoken on it; `EgressRule.Port` in the API."""

    port: Int32 = 0
    protocol: str = ""


class EgressRuleSpec(Message):
    """`destination.service` is a domain, with a wildcard or without, an address or a range of them. The proxy's field
    was written either way."""

    destination: IstioService | None = None
    ports: tuple[EgressPort, ...] = ()
    use_egress_proxy: bool = False
    elder_use_egress_proxy: bool = field(default=False, name="use_egress_proxy")


class EgressRule(Resource):
    """A service outside of the mesh, if no ServiceEntry declares it."""

    spec: EgressRuleSpec = EgressRuleSpec()
    status: IstioStatus | None = None
