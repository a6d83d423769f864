"""Faults on purpose (Istio `HTTPFaultInjection`)."""

from lateen.api.virtual_service import Abort, Delay, HTTPFaultInjection, Percent
from lateen.ir.route import Fault

MILLION = 1_000_000

_GRPC = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""The names of gRPC's status codes, at the place of their number."""


def share_of(percent: Percent | None, default: int = 0) -> int:
    """A percentage in parts of a million."""
    return default if percent is None else int(percent.value * 10_000)


def fault(injection: HTTPFaultInjection | None) -> Fault | None:
    """The delays and failures that can be put in; exponential delays and HTTP/2 errors cannot, as in Istio."""
    if injection is None:
        return None
    delay = injection.delay if injection.delay and injection.delay.fixed_delay is not None else None
    http, grpc = _codes(injection.abort)
    if delay is None and http is None and grpc is None:
        return None
    return Fault(
        delay_ms=delay.fixed_delay.milliseconds if delay and delay.fixed_delay is not None else None,
        delay_share=_delay_share(delay),
        abort_http_status=http,
        abort_grpc_status=grpc,
        abort_share=share_of(injection.abort.percentage) if injection.abort else 0,
    )


def _delay_share(delay: Delay | None) -> int:
    return share_of(delay.percentage, delay.percent * 10_000) if delay else 0


def _codes(abort: Abort | None) -> tuple[int | None, int | None]:
    if abort is None:
        return None, None
    name = abort.grpc_status
    return abort.http_status, _GRPC.index(name) if name in _GRPC else None
