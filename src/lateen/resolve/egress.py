"""Where a sidecar takes its workload's connections: at all that is imported, or where a Sidecar's listener says."""

from typing import NamedTuple

from lateen.api.sidecar import IstioEgressListener
from lateen.api.unix import UNIX_SCHEME
from lateen.ir.origin import ConfigOrigin
from lateen.model.protocol import parse_protocol
from lateen.model.service import ServicePort

LOOPBACK = "127.0.0.1"

_HTTP_PROXY = "HTTP_PROXY"


class EgressPlace(NamedTuple):
    """No `port`: every port of the services imported. `address` "": the services' own addresses.

    `bound` places have a socket of their own, which the workload dials itself: nothing is captured for them. At a
    `proxy` it names the host and port it wants in each request. `origins` are to blame if there can be no listener.
    """

    port: ServicePort | None = None
    address: str = ""
    bound: bool = False
    proxy: bool = False
    origins: tuple[ConfigOrigin, ...] = ()

    @property
    def takes_any_port(self) -> bool:
        """Whether requests for every port of a service come in here."""
        return self.port is not None and (self.proxy or not self.port.number)

    @property
    def only_port(self) -> int | None:
        """The one port that services must have to be imported here."""
        return None if self.port is None or self.takes_any_port else self.port.number


EVERYWHERE = EgressPlace()


def place_of(listener: IstioEgressListener, origins: tuple[ConfigOrigin, ...] = ()) -> EgressPlace:
    """Where an egress listener of a Sidecar listens (`buildSidecarOutboundListeners` in Istio)."""
    bound = listener.capture_mode == "NONE" or listener.bind.startswith(UNIX_SCHEME)
    port = listener.port
    return EgressPlace(
        port=ServicePort(port.number, port.name, parse_protocol(port.protocol)) if port else None,
        address=listener.bind or (LOOPBACK if bound else ""),
        bound=bound,
        proxy=port is not None and port.protocol.upper() == _HTTP_PROXY,
        origins=origins if port or bound else (),
    )
