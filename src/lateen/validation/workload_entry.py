"""Rules for WorkloadEntry and the endpoints of a ServiceEntry. Source: `validateWorkloadEntry` in Istio."""

from lateen.api.workload_entry import WorkloadEntry, WorkloadEntrySpec
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.names import LABEL_HINT, check_labels, check_port, is_dns_label, is_ip
from lateen.validation.unix import UNIX, check_unix_path


def check_workload_entry(resource: WorkloadEntry, root: Field) -> None:
    check_endpoint(resource.spec, root / "spec")


def check_endpoint(entry: WorkloadEntrySpec, field: Field, *, names: bool = True) -> None:
    """Report an endpoint that cannot be reached; `names`: whether its address may be a DNS name."""
    if entry.address.startswith(UNIX):
        check_unix_path(entry.address.removeprefix(UNIX), field / "address")
        if entry.ports:
            (field / "ports").error("a socket file has no ports", "remove them", "Conflict")
    elif entry.address:
        _check_address(entry.address, field / "address", names=names)
    elif entry.network:
        (field / "address").warn("is empty", "the workload is then reached through its network's gateway only")
    else:
        (field / "address").error("is required", "write an IP address or a name", "MissingField")
    for name, port in entry.ports.items():
        if not is_dns_label(name):
            field.at("ports", name).error(f'"{name[:80]}" is no port name', LABEL_HINT, "InvalidName")
        check_port(port, field.at("ports", name))
    check_labels(entry.labels, field / "labels")
    if entry.locality and (not all(entry.locality.split("/")) or entry.locality.count("/") > 2):
        (field / "locality").error(f'"{entry.locality[:80]}" is no locality', 'write "region/zone/subzone"')


def _check_address(address: str, field: Field, *, names: bool) -> None:
    if is_ip(address):
        return
    if not names:
        field.error(f'"{address[:80]}" is no IP address', "write one, or set resolution: DNS", "InvalidAddress")
    elif not is_fqdn(address):
        hint = "write the port into ports" if ":" in address else "write 10.0.0.1 or db.example.com"
        field.error(f'"{address[:80]}" is neither an IP address nor a name', hint, "InvalidAddress")
