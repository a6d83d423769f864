"""Which service address leads to which endpoints."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from lateen.api.endpoint_slice import Endpoint, EndpointSlice
from lateen.api.service import Service

_PROTOCOLS = {"TCP": "tcp", "UDP": "udp"}


@dataclass(frozen=True, slots=True, order=True)
class ServiceAddress:
    """Where clients connect to; `protocol` is `tcp` or `udp`."""

    address: IPv4Address
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Backends:
    """Where their connections end; `sticky` keeps a client with one endpoint while the endpoints stay the same."""

    endpoints: tuple[tuple[IPv4Address, int], ...]
    sticky: bool = False


Forwarding = Mapping[ServiceAddress, Backends]


def forwarding_for(services: Iterable[Service], slices: Iterable[EndpointSlice]) -> dict[ServiceAddress, Backends]:
    """The forwarding of all services with a ClusterIP; those without usable endpoints are left out.

    As in kube-proxy, endpoints that are shutting down but still serve are used when no other is ready.
    """
    by_service: dict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
    for endpoint_slice in slices:
        if endpoint_slice.address_type == "IPv4":
            by_service[endpoint_slice.metadata.namespace, endpoint_slice.service_name].append(endpoint_slice)
    return {
        address: backends
        for service in services
        for address, backends in _service_forwarding(
            service, by_service[service.metadata.namespace, service.metadata.name]
        )
    }


def _service_forwarding(service: Service, slices: list[EndpointSlice]) -> Iterator[tuple[ServiceAddress, Backends]]:
    cluster_ip = _ipv4(service.spec.cluster_ip)
    if cluster_ip is None or service.spec.type == "ExternalName":
        return
    for port in service.spec.ports:
        endpoints = _endpoints(slices, port.name, port.protocol)
        if endpoints and port.protocol in _PROTOCOLS:
            address = ServiceAddress(cluster_ip, _PROTOCOLS[port.protocol], port.port)
            yield address, Backends(endpoints, sticky=service.spec.session_affinity == "ClientIP")


def _endpoints(slices: list[EndpointSlice], port: str, protocol: str) -> tuple[tuple[IPv4Address, int], ...]:
    ready: set[tuple[IPv4Address, int]] = set()
    leaving: set[tuple[IPv4Address, int]] = set()
    for endpoint_slice in slices:
        numbers = [p.port for p in endpoint_slice.ports if p.name == port and p.protocol == protocol and p.port]
        for endpoint in endpoint_slice.endpoints:
            chosen = ready if is_ready(endpoint) else leaving if _still_serves(endpoint) else None
            address = _ipv4(endpoint.addresses[0]) if endpoint.addresses else None
            if chosen is not None and address is not None:
                chosen.update((address, number) for number in numbers)
    return tuple(sorted(ready or leaving))


def is_ready(endpoint: Endpoint) -> bool:
    """Whether new connections may go to the endpoint."""
    return endpoint.conditions.ready is not False


def _still_serves(endpoint: Endpoint) -> bool:
    return bool(endpoint.conditions.serving and endpoint.conditions.terminating)


def _ipv4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None
