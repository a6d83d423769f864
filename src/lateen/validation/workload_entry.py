"""Rules for WorkloadEntry and the endpoints of a ServiceEntry. Source: `validateWorkloadEntry` in Istio."""

from collections.abc import Mapping
from typing import Final

from lateen.api.unix import UNIX_SCHEME
from lateen.api.workload_entry import WorkloadEntry, WorkloadEntrySpec
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.names import LABEL_HINT, check_labels, check_port, is_ip, is_label
from lateen.validation.unix import check_unix_path

PORT_NAME_LIMIT: Final = 62


def check_workload_entry(resource: WorkloadEntry, root: Field) -> None:
    check_endpoint(resource.spec, root / "spec")


def check_endpoint(entry: WorkloadEntrySpec, field: Field, *, names: bool = True) -> None:
    """Report an endpoint that cannot be reached; `names`: whether its address may be a DNS name."""
    if entry.address.startswith(UNIX_SCHEME):
        check_socket(entry, field)
    elif entry.address:
        _check_address(entry.address, field / "address", names=names)
    elif entry.network:
        (field / "address").warn("is empty", "the workload is then reached through its network's gateway only")
    else:
        (field / "address").error("is required", "write an IP address or a name", "MissingField")
    _check_rest(entry, field)


def check_socket(entry: WorkloadEntrySpec, field: Field) -> None:
    """Report an address that is no socket file's, and ports beside one that is."""
    check_unix_path(entry.address.removeprefix(UNIX_SCHEME), field / "address")
    if entry.ports:
        (field / "ports").error("a socket file has no ports", "remove them", "Conflict")


def check_name_endpoint(entry: WorkloadEntrySpec, field: Field) -> None:
    """Report an endpoint of a service that is looked up: its address is an IP address or a name."""
    _check_address(entry.address, field / "address", names=True)
    _check_rest(entry, field)


def _check_rest(entry: WorkloadEntrySpec, field: Field) -> None:
    check_named_ports(entry.ports, field / "ports")
    check_labels(entry.labels, field / "labels")
    check_locality(entry.locality, field / "locality")


def check_named_ports(ports: Mapping[str, int], field: Field) -> None:
    """Report names and numbers that no port can have."""
    for name, port in ports.items():
        if not is_label(name) or len(name) > PORT_NAME_LIMIT:
            (field / name).error(f'"{name[:80]}" is no port name', LABEL_HINT, "InvalidName")
        check_port(port, field / name)


def check_locality(locality: str, field: Field) -> None:
    """Warn of what is no `region/zone/subzone`."""
    if locality and (not all(locality.split("/")) or locality.count("/") > 2):
        field.warn(f'"{locality[:80]}" is no locality', 'write "region/zone/subzone"')


def _check_address(address: str, field: Field, *, names: bool) -> None:
    if is_ip(address):
        return
    if not names:
        field.error(f'"{address[:80]}" is no IP address', "write one, or set resolution: DNS", "InvalidAddress")
    elif not is_fqdn(address):
        hint = "write the port into ports" if ":" in address else "write 10.0.0.1 or db.example.com"
        field.error(f'"{address[:80]}" is neither an IP address nor a name', hint, "InvalidAddress")
