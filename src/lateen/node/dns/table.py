"""The names that the mesh's name server knows, as the file that the node agent writes for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import msgspec

from lateen.api.endpoint_slice import Endpoint, EndpointSlice
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.model.legacy.outcome import age_of
from lateen.model.service_entries import addresses_of
from lateen.model.settings import MeshSettings
from lateen.resolve.visibility import NOBODY, PRIVATE, PUBLIC

CLUSTER_DOMAIN = "cluster.local"
FORMAT = 2
"""Of the table's file. A name server that reads another format is started anew."""


class PortTarget(msgspec.Struct, frozen=True, array_like=True):
    """A port of a service and the host to connect to."""

    port: int
    host: str


class EntryAddresses(msgspec.Struct, frozen=True, array_like=True):
    """The addresses that stand for a host in the mesh, as a ServiceEntry of a namespace says; none: for everyone."""

    addresses: list[str]
    owner: str = ""
    namespaces: list[str] = []


class DnsTable(msgspec.Struct, frozen=True, kw_only=True):
    """Lower-case names without the last dot. `ports` has names like `_http._tcp.reviews.default.svc.cluster.local`.

    `entries` are the hosts of ServiceEntries, the oldest first. `clients` are the namespaces of pods by their address,
    if these matter.
    """

    pods: str
    domain: str = CLUSTER_DOMAIN
    addresses: dict[str, list[str]] = {}
    aliases: dict[str, str] = {}
    ports: dict[str, list[PortTarget]] = {}
    entries: dict[str, list[EntryAddresses]] = {}
    clients: dict[str, str] = {}


def read_table(file: Path) -> DnsTable:
    """The table in a file. Raises OSError, msgspec.ValidationError, msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=DnsTable)


def write_table(file: Path, table: DnsTable) -> bool:
    """Replace the file unless it says the same already; says whether it was replaced."""
    content = msgspec.json.encode(table, order="deterministic")
    try:
        if file.read_bytes() == content:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(file)
    return True


def build_table(
    pods: IPv4Network,
    services: Iterable[Service],
    slices: Iterable[EndpointSlice],
    entries: Iterable[ServiceEntry] = (),
    clients: Mapping[str, str] | None = None,
    settings: MeshSettings | None = None,
) -> DnsTable:
    """What Kubernetes' DNS specification and Istio's service entries ask for; `clients` are namespaces by address."""
    by_service: dict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
    for endpoint_slice in slices:
        if endpoint_slice.address_type == "IPv4":
            by_service[endpoint_slice.metadata.namespace, endpoint_slice.service_name].append(endpoint_slice)
    settings = settings or MeshSettings()
    table = DnsTable(
        pods=str(pods), domain=settings.cluster_domain, addresses={}, aliases={}, ports={}, entries={}, clients={}
    )
    for service in services:
        _add_service(table, service, by_service[service.metadata.namespace, service.metadata.name])
    for entry in sorted(entries, key=age_of):
        _add_service_entry(table, entry, settings)
    if not all(is_for_all(each) for each in table.entries.values()):
        table.clients.update(clients or {})
    return table


def is_for_all(entries: Sequence[EntryAddresses]) -> bool:
    """Whether what ServiceEntries say of a host is the same for every client."""
    return len(entries) == 1 and not entries[0].namespaces


def _add_service(table: DnsTable, service: Service, slices: list[EndpointSlice]) -> None:
    name = f"{service.metadata.name}.{service.metadata.namespace}.svc.{table.domain}"
    if service.spec.type == "ExternalName":
        if service.spec.external_name:
            table.aliases[name] = service.spec.external_name.rstrip(".").lower()
    elif service.headless:
        _add_headless(table, service, name, slices)
    elif service.spec.cluster_ip:
        table.addresses[name] = [service.spec.cluster_ip]
        for port in service.spec.ports:
            _add_port(table, name, port.name, port.protocol, PortTarget(port.port, name))


def _add_headless(table: DnsTable, service: Service, name: str, slices: list[EndpointSlice]) -> None:
    table.addresses[name] = []
    for endpoint_slice in slices:
        for endpoint in endpoint_slice.endpoints:
            if endpoint.conditions.ready is False and not service.spec.publish_not_ready_addresses:
                continue
            host = f"{_endpoint_label(endpoint)}.{name}"
            table.addresses[name].extend(endpoint.addresses)
            table.addresses.setdefault(host, []).extend(endpoint.addresses)
            for port in endpoint_slice.ports:
                if port.port:
                    _add_port(table, name, port.name, port.protocol, PortTarget(port.port, host))
    table.addresses[name] = sorted(set(table.addresses[name]), key=IPv4Address)


def _endpoint_label(endpoint: Endpoint) -> str:
    return endpoint.hostname.lower() or endpoint.addresses[0].replace(".", "-")


def _add_port(table: DnsTable, service: str, port: str, protocol: str, target: PortTarget) -> None:
    if port:
        table.ports.setdefault(f"_{port}._{protocol}.{service}".lower(), []).append(target)


def _add_service_entry(table: DnsTable, entry: ServiceEntry, settings: MeshSettings) -> None:
    owner, export_to = entry.metadata.namespace, entry.spec.export_to or settings.default_service_export_to
    if NOBODY in export_to and PUBLIC not in export_to:
        return
    namespaces = [] if PUBLIC in export_to else sorted({owner if each == PRIVATE else each for each in export_to})
    for host in entry.spec.hosts:
        addresses = [each for each in addresses_of(entry, host) if _is_ipv4(each)]
        if addresses:  # A name without addresses is resolved where it would be without a mesh.
            known = table.entries.setdefault(host.lower().rstrip("."), [])
            known.append(EntryAddresses(addresses, owner, namespaces))


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
