"""What a Sidecar says of the connections that arrive.

Rules: `buildInboundChainConfigs`, `buildInboundClustersFromSidecar` and `InboundConnectionPoolForPort` in Istio.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from lateen.api.sidecar import IstioIngressListener, Sidecar
from lateen.api.unix import UNIX_SCHEME
from lateen.ir.endpoint import Endpoint
from lateen.ir.names import WILDCARD_ADDRESS
from lateen.model.protocol import parse_protocol
from lateen.model.service import Protocol
from lateen.model.workload import Proxy
from lateen.resolve.config_origin import config_origins
from lateen.resolve.credentials import downstream_tls
from lateen.resolve.egress import LOOPBACK
from lateen.resolve.inbound import PROXY_PORTS, InboundPort, InboundShape

_UNENCRYPTED = {Protocol.HTTPS: Protocol.HTTP, Protocol.TLS: Protocol.TCP}
"""What is left of a protocol when TLS ends at the proxy."""

_LOOPBACK_6 = "::1"
_HOSTS = {LOOPBACK: LOOPBACK, f"[{_LOOPBACK_6}]": LOOPBACK, "[::]": _LOOPBACK_6}
"""Hosts of `defaultEndpoint` in a pod that has no IPv6 address; 0.0.0.0 is the pod's own."""


def shape_by_sidecar(shape: InboundShape, sidecar: Sidecar, proxy: Proxy) -> InboundShape:
    """The shape that a workload has under `sidecar`: its ingress listeners take the place of all known ports."""
    if sidecar.spec.ingress:
        return replace(shape, ports=tuple(_ports(sidecar, proxy, shape.ports)))
    return replace(shape, ports=tuple(_limited(port, sidecar) for port in shape.ports))


def _limited(port: InboundPort, sidecar: Sidecar) -> InboundPort:
    """Destination rules' limits yield to the Sidecar's, for which requests are read, if it limits those."""
    pool = sidecar.spec.inbound_connection_pool
    return replace(port, pool=pool, http=port.http or pool.http is not None) if pool else port


def _ports(sidecar: Sidecar, proxy: Proxy, known: Iterable[InboundPort]) -> Iterator[InboundPort]:
    by_number = {port.number: port for port in known}
    listeners = {each.port.number: each for each in reversed(sidecar.spec.ingress)}
    for number, listener in sorted(listeners.items()):
        if number not in PROXY_PORTS:
            yield _port(sidecar, listener, proxy, by_number.get(number))


def _port(sidecar: Sidecar, listener: IstioIngressListener, proxy: Proxy, known: InboundPort | None) -> InboundPort:
    protocol = parse_protocol(listener.port.protocol)
    bound = listener.capture_mode == "NONE"
    return InboundPort(
        number=listener.port.number,
        protocol=_UNENCRYPTED.get(protocol, protocol) if listener.tls else protocol,
        service=known.service if known and known.service else f"{sidecar.metadata.name}.{proxy.namespace}",
        namespace=known.namespace if known and known.service else proxy.namespace,
        http=True,
        endpoint=_endpoint(listener.default_endpoint, proxy),
        bind=listener.bind or (bound and proxy.address) or WILDCARD_ADDRESS,
        bound=bound,
        pool=listener.connection_pool or sidecar.spec.inbound_connection_pool or (known.pool if known else None),
        tls=downstream_tls(listener.tls) if listener.tls else None,
        origins=config_origins(sidecar, "Sidecar"),
    )


def _endpoint(text: str, proxy: Proxy) -> Endpoint | None:
    """Where connections are sent on to, `None` to wherever they were meant for."""
    if text.startswith(UNIX_SCHEME):
        return Endpoint(address=text)
    host, _, port = text.rpartition(":")
    address = (proxy.address or LOOPBACK) if host == WILDCARD_ADDRESS else _HOSTS.get(host)
    return Endpoint(address=address, port=int(port)) if address else None
