"""Rules for probes and lifecycle handlers. Source: Kubernetes' `validateProbe` and `validateHandler`."""

from lateen.api.probe import Lifecycle, LifecycleHandler, Probe
from lateen.validation.field import Field
from lateen.validation.names import check_port
from lateen.validation.one_of import check_one_of
from lateen.validation.ports import check_port_or_name


def check_probe(probe: Probe | None, field: Field, *, readiness: bool = False) -> None:
    """Report a probe that cannot run; all but a readiness probe succeed by one success."""
    if probe is None:
        return
    check_one_of(probe, ("http_get", "tcp_socket", "exec", "grpc"), field, required=True)
    _check_actions(probe, field)
    if probe.grpc:
        check_port(probe.grpc.port, field.at("grpc", "port"))
    if probe.initial_delay_seconds < 0:
        (field / "initialDelaySeconds").error(f"{probe.initial_delay_seconds} is below zero", "write 0 or more")
    at_least_one = {
        "timeoutSeconds": probe.timeout_seconds,
        "periodSeconds": probe.period_seconds,
        "successThreshold": probe.success_threshold,
        "failureThreshold": probe.failure_threshold,
    }
    for name, value in at_least_one.items():
        if value < 1:
            (field / name).error(f"{value} is too small", "write 1 or more")
    if not readiness and probe.success_threshold > 1:
        (field / "successThreshold").error("must be 1 for liveness and startup probes", "write 1, or remove it")


def _check_actions(handler: Probe | LifecycleHandler, field: Field) -> None:
    if handler.http_get:
        check_port_or_name(handler.http_get.port, field.at("httpGet", "port"))
    if handler.tcp_socket:
        check_port_or_name(handler.tcp_socket.port, field.at("tcpSocket", "port"))
    if handler.exec and not handler.exec.command:
        field.at("exec", "command").error("is empty", "write the command, one list entry a word", "MissingField")


def check_lifecycle(lifecycle: Lifecycle | None, field: Field) -> None:
    if lifecycle is None:
        return
    for name, handler in (("postStart", lifecycle.post_start), ("preStop", lifecycle.pre_stop)):
        if handler:
            check_one_of(handler, ("exec", "http_get", "tcp_socket", "sleep"), field / name, required=True)
            _check_actions(handler, field / name)
