"""What a RouteRule does besides forwarding. Rules: `validation.go` in Istio 0.5."""

from collections.abc import Mapping
from typing import Final

from lateen.api.duration import Duration
from lateen.api.route_rule import (
    AbortFault,
    DelayFault,
    HTTPFault,
    HTTPTimeout,
    RetryPolicy,
    RuleCorsPolicy,
    RuleRedirect,
    RuleRewrite,
)
from lateen.api.virtual_service import CorsPolicy
from lateen.validation.field import Field
from lateen.validation.http_action import check_cors
from lateen.validation.http_header import check_added
from lateen.validation.one_of import check_one_of

HIGHEST_STATUS: Final = 600


def check_redirect(redirect: RuleRedirect | None, field: Field) -> None:
    if redirect is not None and not (redirect.uri or redirect.authority):
        field.error("the redirect goes nowhere", "set uri, authority or both", "MissingField")


def check_rewrite(rewrite: RuleRewrite | None, field: Field) -> None:
    if rewrite is not None and not (rewrite.uri or rewrite.authority):
        field.error("the rewrite changes nothing", "set uri, authority or both", "MissingField")


def check_timeout(timeout: HTTPTimeout | None, field: Field) -> None:
    if timeout is None:
        return
    check_one_of(timeout, ("simple_timeout", "custom"), field)
    if timeout.simple_timeout is not None:
        check_needed(timeout.simple_timeout.timeout, field.at("simpleTimeout", "timeout"))


def check_retries(retries: RetryPolicy | None, field: Field) -> None:
    if retries is None:
        return
    check_one_of(retries, ("simple_retry", "custom"), field)
    if (simple := retries.simple_retry) is not None:
        if simple.attempts < 0:
            field.at("simpleRetry", "attempts").error(f"{simple.attempts} is below zero", "write 0 or more")
        check_needed(simple.per_try_timeout, field.at("simpleRetry", "perTryTimeout"))


def check_needed(duration: Duration | None, field: Field) -> None:
    """Report a duration that is absent."""
    if duration is None:
        field.error("is required", 'write a number and a unit: "10s", "300ms"', "MissingField")


def check_fault(fault: HTTPFault | None, field: Field) -> None:
    if fault is None:
        return
    if fault.delay is not None:
        _check_delay(fault.delay, field / "delay")
    if fault.abort is not None:
        _check_abort(fault.abort, field / "abort")


def _check_delay(delay: DelayFault, field: Field) -> None:
    _check_percent(delay.percent, field)
    if delay.exponential_delay is not None:
        where = field / "exponentialDelay"
        where.error("exponential delays do not exist in proxies", "use fixedDelay", "Unsupported")
    else:
        check_needed(delay.fixed_delay, field / "fixedDelay")


def _check_abort(abort: AbortFault, field: Field) -> None:
    _check_percent(abort.percent, field)
    check_one_of(abort, ("grpc_status", "http2_error", "http_status"), field)
    if abort.grpc_status is not None:
        hint = "use httpStatus, or a VirtualService"
        (field / "grpcStatus").error("faults of gRPC are not supported in a RouteRule", hint, "Unsupported")
    if abort.http_status is not None and not 0 <= abort.http_status <= HIGHEST_STATUS:
        (field / "httpStatus").error(f"{abort.http_status} is no HTTP status", "write 200 to 599")
    elif abort.http_status is not None and not 200 <= abort.http_status < HIGHEST_STATUS:
        (field / "httpStatus").warn(f"no request is aborted with status {abort.http_status}", "write 200 to 599")
    elif abort.http_status is None and abort.http2_error is None and abort.grpc_status is None:
        field.warn("no error is named, so nothing is aborted", "set httpStatus")


def _check_percent(percent: float, field: Field) -> None:
    if not 0 <= percent <= 100:
        (field / "percent").error(f"{percent:g} is no percentage", "write 0 to 100")
    elif not percent:
        field.warn("without percent the fault never happens", 'add "percent: 100" for every request')


def check_rule_cors(cors: RuleCorsPolicy | None, field: Field) -> None:
    if cors is None:
        return
    check_cors(CorsPolicy(allow_methods=cors.allow_methods, max_age=cors.max_age), field)
    for key, names in (("allowHeaders", cors.allow_headers), ("exposeHeaders", cors.expose_headers)):
        for place, name in enumerate(names):
            check_lower_case(name, field.at(key, place))


def check_lower_case(name: str, field: Field) -> None:
    """Report a header's name that is empty or has upper-case letters."""
    if not name or name != name.lower():
        field.error(f'"{name[:80]}" is no header name', "write it in lower case", "InvalidHeader")


def check_appended(headers: Mapping[str, str], field: Field) -> None:
    """Report headers that cannot be appended to requests."""
    for name, value in headers.items():
        check_lower_case(name, field / name)
        if not value:
            (field / name).error("the value is empty", "write a value, or remove the header")
        elif name and name == name.lower():
            check_added(name, value, field / name, authority=True)
