"""ServiceEntries: the services they declare, the endpoints behind them. Rules: Istio's `serviceentry/conversion.go`."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from lateen.api.service_entry import OPT_OUT, ServiceEntry
from lateen.api.service_entry import ServicePort as EntryPort
from lateen.api.unix import UNIX_SCHEME
from lateen.api.workload_entry import WorkloadEntrySpec
from lateen.model.kubernetes_services import PortEndpoints
from lateen.model.pods import TLS_MODE_LABEL, labelled_locality, parse_locality
from lateen.model.protocol import parse_protocol
from lateen.model.selection import selects
from lateen.model.service import Endpoint, Locality, Protocol, Resolution, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.traffic_distribution import traffic_distribution
from lateen.model.workload import Workload


def services_of(source: ServiceEntry, settings: MeshSettings, distribution: str = "") -> tuple[Service, ...]:
    """One service for each host, in the hosts' order; `distribution` is its namespace's annotation."""
    meta, spec = source.metadata, source.spec
    return tuple(
        Service(
            hostname=host,
            namespace=meta.namespace,
            ports=tuple(_port(port) for port in spec.ports),
            source=source.ref,
            addresses=addresses_of(source, host),
            automatic=gets_addresses(source),
            resolution=Resolution(spec.resolution),
            mesh_external=spec.location == "MESH_EXTERNAL",
            created=meta.creation_timestamp,
            export_to=spec.export_to or settings.default_service_export_to,
            selector=spec.workload_selector.labels if spec.workload_selector else {},
            labels=meta.labels,
            annotations=meta.annotations,
            traffic_distribution=traffic_distribution("", meta.annotations, distribution),
            subject_alt_names=_subject_alt_names(source, settings),
            own_endpoints=_own_endpoints(source),
            is_kubernetes=False,
        )
        for host in dict.fromkeys(spec.hosts)
    )


def gets_addresses(entry: ServiceEntry) -> bool:
    """Whether the mesh gives an entry's hosts addresses: not where a user chose some or opted out, and not where
    proxies could not honour them (`ShouldV2AutoAllocateIP` in Istio)."""
    spec, opted_out = entry.spec, entry.metadata.labels.get(OPT_OUT, "").lower() == "false"
    return not (spec.addresses or opted_out or spec.resolution == "NONE")


def addresses_of(entry: ServiceEntry, host: str) -> tuple[str, ...]:
    """The addresses and networks that stand for one of an entry's hosts: its author's choice, else automatic ones."""
    if entry.spec.addresses:
        return tuple(_shortest(address) for address in entry.spec.addresses)
    given = entry.status.addresses if entry.status and gets_addresses(entry) else ()
    return tuple(each.value for each in given if each.host in {"", host})


def _shortest(address: str) -> str:
    """A network of one address is that address."""
    host, slash, _ = address.partition("/")
    return host if slash and ip_network(address, strict=False).num_addresses == 1 else address


def _subject_alt_names(source: ServiceEntry, settings: MeshSettings) -> tuple[str, ...]:
    """The names that servers of an entry may show, those of its endpoints' service accounts among them."""
    spec = source.spec
    accounts = sorted({each.service_account for each in spec.endpoints if each.service_account})
    identities = (f"spiffe://{settings.trust_domain}/ns/{source.metadata.namespace}/sa/{each}" for each in accounts)
    return (*spec.subject_alt_names, *identities)


def _own_endpoints(source: ServiceEntry) -> tuple[str, ...]:
    spec = source.spec
    return () if spec.resolution == "NONE" else tuple(dict.fromkeys(each.address for each in spec.endpoints))


def _port(port: EntryPort) -> ServicePort:
    protocol = parse_protocol(port.protocol) if port.protocol else Protocol.AUTO
    return ServicePort(port.number, port.name, protocol, port.target_port or port.number)


def entry_endpoints(
    service: Service, entries: Sequence[ServiceEntry], workloads: Iterable[Workload] = ()
) -> PortEndpoints:
    """The endpoints of each port: those of all `entries` that declare the host, and the `workloads` they select.

    Ports of different entries meet by number where endpoints are looked up by name, else by name before number, as in
    Istio. DNS services without endpoints have their own name as one; those without resolution only workloads.
    """
    if service.resolution is Resolution.DYNAMIC_DNS:
        return {port.number: () for port in service.ports}
    candidates = tuple(workloads)
    return {
        port.number: _unique(
            endpoint
            for entry in entries
            if (declared := _counterpart(entry, port, by_number=service.resolution.is_by_name)) is not None
            for endpoint in _endpoints(service, entry, declared, candidates)
        )
        for port in service.ports
    }


def _counterpart(entry: ServiceEntry, port: ServicePort, *, by_number: bool) -> EntryPort | None:
    numbered = next((each for each in entry.spec.ports if each.number == port.number), None)
    if by_number:
        return numbered
    return next((each for each in entry.spec.ports if each.name == port.name), numbered)


def _unique(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    found: dict[tuple[str, int], Endpoint] = {}
    for endpoint in endpoints:
        found.setdefault((endpoint.address, endpoint.port), endpoint)
    return tuple(found.values())


def _endpoints(
    service: Service, entry: ServiceEntry, port: EntryPort, workloads: Sequence[Workload]
) -> Iterator[Endpoint]:
    spec = entry.spec
    for declared in spec.endpoints if service.resolution is not Resolution.NONE else ():
        yield _inline(declared, port, service.namespace)
    if spec.workload_selector is not None:
        for workload in workloads:
            if workload.address and selects(spec.workload_selector.labels, workload.labels):
                yield _selected(workload, port)
    elif not spec.endpoints and service.resolution.is_by_name:
        yield Endpoint(address=service.hostname, port=port.target_port or port.number, namespace=service.namespace)


def _inline(entry: WorkloadEntrySpec, port: EntryPort, namespace: str) -> Endpoint:
    is_socket = entry.address.startswith(UNIX_SCHEME)
    tls_mode = entry.labels.get(TLS_MODE_LABEL, "istio" if entry.service_account else "")
    return Endpoint(
        address=entry.address,
        port=0 if is_socket else entry.ports.get(port.name) or port.target_port or port.number,
        labels=entry.labels,
        namespace=namespace,
        service_account=entry.service_account,
        locality=parse_locality(entry.locality) if entry.locality else labelled_locality(entry.labels) or Locality(),
        network=entry.network,
        weight=entry.weight or 1,
        tls_mode="" if tls_mode == "disabled" else tls_mode,
    )


def _selected(workload: Workload, port: EntryPort) -> Endpoint:
    return Endpoint(
        address=workload.address,
        port=port.target_port or port.number,
        labels=workload.labels,
        namespace=workload.namespace,
        workload=workload.deployment,
        pod=workload.name,
        service_account=workload.service_account,
        locality=workload.locality,
        ready=workload.ready,
        tls_mode=workload.labels.get(TLS_MODE_LABEL, ""),
    )
