"""Rules for WorkloadGroup. Source: `ValidateWorkloadGroup` in Istio."""

import re
from typing import Final

from lateen.api.unix import UNIX_SCHEME
from lateen.api.workload_entry import WorkloadEntrySpec
from lateen.api.workload_group import HTTPHealthCheckConfig, ReadinessProbe, WorkloadGroup
from lateen.validation.field import Field
from lateen.validation.names import check_labels, check_port, warn_of_labels
from lateen.validation.one_of import check_one_of
from lateen.validation.workload_entry import check_locality, check_named_ports, check_socket

_HEADER: Final = re.compile(r"[-A-Za-z0-9]+")


def check_workload_group(resource: WorkloadGroup, root: Field) -> None:
    """Report everything about a WorkloadGroup that Istio would refuse."""
    spec, field = resource.spec, root / "spec"
    if spec.metadata:
        check_labels(spec.metadata.labels, field.at("metadata", "labels"))
    _check_template(spec.template, field / "template")
    if spec.probe:
        _check_probe(spec.probe, field / "probe")


def _check_template(entry: WorkloadEntrySpec, field: Field) -> None:
    if entry.address.startswith(UNIX_SCHEME):
        check_socket(entry, field)
    warn_of_labels(entry.labels, field / "labels")
    check_named_ports(entry.ports, field / "ports")
    check_locality(entry.locality, field / "locality")


def _check_probe(probe: ReadinessProbe, field: Field) -> None:
    check_one_of(probe, ("http_get", "tcp_socket", "exec", "grpc"), field, required=True)
    times = {
        "initialDelaySeconds": probe.initial_delay_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "periodSeconds": probe.period_seconds,
        "successThreshold": probe.success_threshold,
        "failureThreshold": probe.failure_threshold,
    }
    for name, value in times.items():
        if value < 0:
            (field / name).error(f"{value} is below zero", "write 0 or more")
    for name, check in (("httpGet", probe.http_get), ("tcpSocket", probe.tcp_socket), ("grpc", probe.grpc)):
        if check:
            check_port(check.port, field.at(name, "port"))
    if probe.http_get:
        _check_http(probe.http_get, field / "httpGet")
    if probe.exec and not (probe.exec.command and all(probe.exec.command)):
        field.at("exec", "command").error("is empty, or has empty words", "write the command", "MissingField")


def _check_http(check: HTTPHealthCheckConfig, field: Field) -> None:
    if check.scheme not in ("", "HTTP", "HTTPS"):
        (field / "scheme").error(f'"{check.scheme}" is no scheme', "write HTTP or HTTPS")
    for place, header in enumerate(check.http_headers):
        if not _HEADER.fullmatch(header.name):
            where = field.at("httpHeaders", place, "name")
            where.error(f'"{header.name[:80]}" is no header name', "use letters, digits and -", "InvalidHeader")
