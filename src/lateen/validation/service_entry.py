"""Rules for ServiceEntry. Source: `ValidateServiceEntry` in Istio."""

from typing import Final

from lateen.api.service_entry import OPT_OUT, ServiceEntry, ServiceEntrySpec
from lateen.api.unix import UNIX_SCHEME
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain, is_fqdn
from lateen.validation.l4_route import check_subnet
from lateen.validation.names import LABEL_HINT, check_port, check_selector, is_label
from lateen.validation.protocol import HTTP, TCP, TLS, check_protocol
from lateen.validation.visibility import check_export_to
from lateen.validation.workload_entry import check_endpoint, check_name_endpoint

_LOOKED_UP: Final = ("DNS", "DNS_ROUND_ROBIN")


def check_service_entry(resource: ServiceEntry, root: Field) -> None:
    """Report everything about a ServiceEntry that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    _check_hosts(spec, field / "hosts")
    for place, address in enumerate(spec.addresses):
        check_subnet(address, field.at("addresses", place))
        if "/" in address and spec.resolution not in ("NONE", "STATIC"):
            hint = "write single addresses, or resolution STATIC or NONE"
            field.at("addresses", place).error(
                f"resolution {spec.resolution} cannot have address ranges", hint, "Conflict"
            )
    _check_ports(spec, field / "ports")
    if not spec.addresses and (spec.resolution == "NONE" or not _gets_addresses(resource)):
        _warn_of_plain(spec, field / "ports")
    _check_selector(spec, field)
    _check_resolution(spec, field)
    _check_endpoints(spec, field / "endpoints")
    check_export_to(spec.export_to, resource.metadata.namespace, field / "exportTo", nobody=True)


def _check_hosts(spec: ServiceEntrySpec, field: Field) -> None:
    if not spec.hosts:
        field.error("is empty", "name at least one host", "MissingField")
    if len(spec.hosts) > 256:
        field.error(f"there are {len(spec.hosts)} hosts", "256 are the most: use several ServiceEntries", "TooLarge")
    for place, host in enumerate(spec.hosts):
        if host == "*":
            (field / place).error("* would be every host", "write *.example.com", "InvalidHost")
            continue
        check_wildcard_domain(host, field / place)
        if "*" in host and not host.startswith("*.") and spec.resolution != "DYNAMIC_DNS":
            (field / place).warn(f'"{host[:80]}" has a wildcard within a label', "write *.example.com")
    plain = [port for port in spec.ports if port.protocol.upper() not in HTTP | TLS]
    if len(spec.hosts) > 1 and plain and spec.resolution != "NONE":
        message = f"several hosts share port {plain[0].number}, and plain TCP cannot tell them apart"
        field.error(message, "write one ServiceEntry for each host, or a protocol of HTTP or TLS", "Conflict")


def _gets_addresses(resource: ServiceEntry) -> bool:
    return resource.metadata.labels.get(OPT_OUT, "").lower() != "false"


def _warn_of_plain(spec: ServiceEntrySpec, field: Field) -> None:
    for place, port in enumerate(spec.ports):
        if port.protocol.upper() in ("", "TCP"):
            message = f"without addresses, this takes every TCP connection to port {port.number}"
            (field / place).warn(message, "add addresses, or a protocol that names its host")


def _check_selector(spec: ServiceEntrySpec, field: Field) -> None:
    if spec.workload_selector is None:
        return
    check_selector(spec.workload_selector.labels, field / "workloadSelector")
    if spec.endpoints:
        (field / "endpoints").error("endpoints and workloadSelector are both set", "keep one of them", "Conflict")
    if spec.resolution == "NONE":
        (field / "workloadSelector").warn("resolution NONE selects no workloads", "write resolution: STATIC")


def _check_ports(spec: ServiceEntrySpec, field: Field) -> None:
    if not spec.ports:
        field.warn("there are no ports", "no traffic is handled until you add one")
    names: set[str] = set()
    numbers: set[int] = set()
    for place, port in enumerate(spec.ports):
        where = field / place
        check_port(port.number, where / "number")
        if not is_label(port.name):
            (where / "name").error(f'"{port.name[:80]}" is no port name', LABEL_HINT, "InvalidName")
        if port.name in names:
            (where / "name").error(f'the name "{port.name}" is there twice', "rename one of them", "Duplicate")
        if port.number in numbers:
            (where / "number").error(f"port {port.number} is there twice", "remove one of them", "Duplicate")
        names.add(port.name)
        numbers.add(port.number)
        if port.target_port:
            check_port(port.target_port, where / "targetPort")
        if port.protocol:
            check_protocol(port.protocol, where / "protocol")


def _check_resolution(spec: ServiceEntrySpec, field: Field) -> None:
    if spec.resolution == "NONE" and spec.endpoints:
        message = "resolution NONE forwards to the address the client asked for, so it has no endpoints"
        (field / "endpoints").error(message, "write resolution: STATIC (addresses) or DNS (names)", "Conflict")
    if spec.resolution in _LOOKED_UP and not spec.endpoints:
        for place, host in enumerate(spec.hosts):
            if "*" in host or not is_fqdn(host):
                message = f'"{host[:80]}" cannot be looked up in DNS'
                hint = "add endpoints, write the full name, or resolution: NONE"
                field.at("hosts", place).error(message, hint, "Conflict")
    tcp = any(port.protocol.upper() in TCP for port in spec.ports)
    if spec.resolution in _LOOKED_UP and spec.addresses and tcp and len(spec.hosts) > 1:
        (field / "addresses").warn("several hosts share them", "write one ServiceEntry for each host")
    if spec.resolution == "DNS_ROUND_ROBIN" and len(spec.endpoints) > 1:
        (field / "endpoints").error("DNS_ROUND_ROBIN has one endpoint at most", "write resolution: DNS", "Conflict")
    if spec.resolution == "DYNAMIC_DNS":
        _check_dynamic(spec, field)


def _check_dynamic(spec: ServiceEntrySpec, field: Field) -> None:
    for place, host in enumerate(spec.hosts):
        if not host.startswith("*"):
            message = "resolution DYNAMIC_DNS is for wildcards"
            field.at("hosts", place).error(message, "write *.example.com, or resolution: DNS", "Conflict")
    for name, value in (("addresses", spec.addresses), ("endpoints", spec.endpoints)):
        if value:
            (field / name).error(f"resolution DYNAMIC_DNS has no {name}", "remove them", "Conflict")
    for place, port in enumerate(spec.ports):
        if port.protocol.upper() not in ("HTTP", "TLS", "GRPC", "HTTP2"):
            message = "resolution DYNAMIC_DNS needs HTTP, HTTP2, GRPC or TLS"
            field.at("ports", place, "protocol").error(message, "name one of them", "Conflict")


def _check_endpoints(spec: ServiceEntrySpec, field: Field) -> None:
    names = {port.name for port in spec.ports}
    for place, endpoint in enumerate(spec.endpoints):
        where = field / place
        if spec.resolution in _LOOKED_UP:
            check_name_endpoint(endpoint, where)
        else:
            check_endpoint(endpoint, where, names=False)
        for name in endpoint.ports:
            if name not in names:
                known = f"the service has {', '.join(sorted(names))}" if names else "the service has no ports"
                where.at("ports", name).error(f'the service has no port "{name}"', known)
        if endpoint.address.startswith(UNIX_SCHEME) and len(spec.ports) != 1:
            (where / "address").error("a socket file serves one port", "give the service one port", "Conflict")
