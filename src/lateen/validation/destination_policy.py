"""Rules for DestinationPolicy. Source: `ValidateDestinationPolicy` in Istio 0.5."""

from lateen.api.destination_policy import CircuitBreaker, DestinationPolicy
from lateen.validation.field import Field
from lateen.validation.istio_service import check_istio_service
from lateen.validation.one_of import check_one_of
from lateen.validation.rule_action import check_needed


def check_destination_policy(resource: DestinationPolicy, root: Field) -> None:
    """Report everything about a DestinationPolicy that Istio 0.5 would refuse."""
    spec, field = resource.spec, root / "spec"
    check_istio_service(spec.destination, field / "destination", required=True)
    check_istio_service(spec.source, field / "source")
    if spec.load_balancing is not None:
        check_one_of(spec.load_balancing, ("name", "custom"), field / "loadBalancing", required=True)
    _check_breaker(spec.circuit_breaker, field / "circuitBreaker")


def _check_breaker(breaker: CircuitBreaker | None, field: Field) -> None:
    if breaker is None:
        return
    check_one_of(breaker, ("simple_cb", "custom"), field)
    simple, where = breaker.simple_cb, field / "simpleCb"
    if simple is None:
        return
    for name, count in (
        ("maxConnections", simple.max_connections),
        ("httpMaxPendingRequests", simple.http_max_pending_requests),
        ("httpMaxRequests", simple.http_max_requests),
        ("httpConsecutiveErrors", simple.http_consecutive_errors),
        ("httpMaxRequestsPerConnection", simple.http_max_requests_per_connection),
        ("httpMaxRetries", simple.http_max_retries),
    ):
        if count < 0:
            (where / name).error(f"{count} is below zero", "write 0 or more")
    if not 0 <= simple.http_max_ejection_percent <= 100:
        message = f"{simple.http_max_ejection_percent} is no percentage"
        (where / "httpMaxEjectionPercent").error(message, "write 0 to 100")
    check_needed(simple.sleep_window, where / "sleepWindow")
    check_needed(simple.http_detection_interval, where / "httpDetectionInterval")
