"""Rules for WorkloadGroup. Source: `ValidateWorkloadGroup` in Istio."""

from lateen.api.workload_group import ReadinessProbe, WorkloadGroup
from lateen.validation.field import Field
from lateen.validation.names import check_labels, check_port
from lateen.validation.one_of import check_one_of


def check_workload_group(resource: WorkloadGroup, root: Field) -> None:
    """Report everything about a WorkloadGroup that Istio would refuse."""
    spec, field = resource.spec, root / "spec"
    if spec.metadata:
        check_labels(spec.metadata.labels, field.at("metadata", "labels"))
    check_labels(spec.template.labels, field.at("template", "labels"))
    for name, port in spec.template.ports.items():
        check_port(port, field.at("template", "ports", name))
    if spec.probe:
        _check_probe(spec.probe, field / "probe")


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
    if probe.http_get and probe.http_get.scheme not in ("", "HTTP", "HTTPS"):
        field.at("httpGet", "scheme").error(f'"{probe.http_get.scheme}" is no scheme', "write HTTP or HTTPS")
    if probe.exec and not probe.exec.command:
        field.at("exec", "command").error("is empty", "write the command", "MissingField")
