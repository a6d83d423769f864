"""What a RouteRule does besides forwarding, in the words of VirtualService."""

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
from lateen.api.virtual_service import (
    Abort,
    CorsPolicy,
    Delay,
    HeaderOperations,
    Headers,
    HTTPFaultInjection,
    HTTPRedirect,
    HTTPRetry,
    HTTPRewrite,
    Percent,
    StringMatch,
)

RETRY_ON: Final = "5xx,connect-failure,refused-stream"
"""What Istio 0.5 retried on, always."""


def redirect(rule: RuleRedirect | None) -> HTTPRedirect | None:
    return HTTPRedirect(uri=rule.uri, authority=rule.authority) if rule else None


def rewrite(rule: RuleRewrite | None) -> HTTPRewrite | None:
    return HTTPRewrite(uri=rule.uri, authority=rule.authority) if rule else None


def timeout(rule: HTTPTimeout | None) -> Duration | None:
    return rule.simple_timeout.timeout if rule and rule.simple_timeout else None


def retries(rule: RetryPolicy | None) -> HTTPRetry | None:
    """Retries; `attempts` 0 switches them off."""
    simple = rule.simple_retry if rule else None
    if simple is None or not simple.attempts:
        return HTTPRetry() if simple else None
    return HTTPRetry(attempts=simple.attempts, per_try_timeout=simple.per_try_timeout, retry_on=RETRY_ON)


def fault(rule: HTTPFault | None) -> HTTPFaultInjection | None:
    """Faults that happen: those with a percentage and something to do."""
    delay, abort = (_delay(rule.delay), _abort(rule.abort)) if rule else (None, None)
    return HTTPFaultInjection(delay=delay, abort=abort) if delay or abort else None


def _delay(rule: DelayFault | None) -> Delay | None:
    if rule is None or not rule.percent or not rule.fixed_delay:
        return None
    return Delay(fixed_delay=rule.fixed_delay, percentage=Percent(value=rule.percent))


def _abort(rule: AbortFault | None) -> Abort | None:
    if rule is None or not rule.percent or not 200 <= (rule.http_status or 0) < 600:
        return None
    return Abort(http_status=rule.http_status, percentage=Percent(value=rule.percent))


def cors(rule: RuleCorsPolicy | None) -> CorsPolicy | None:
    """Cross-origin rules; the origin `*` is every one."""
    if rule is None:
        return None
    origins = (StringMatch(regex=".*") if origin == "*" else StringMatch(exact=origin) for origin in rule.allow_origin)
    return CorsPolicy(
        allow_origins=tuple(origins),
        allow_methods=rule.allow_methods,
        allow_headers=rule.allow_headers,
        expose_headers=rule.expose_headers,
        max_age=rule.max_age,
        allow_credentials=rule.allow_credentials,
    )


def headers(appended: dict[str, str]) -> Headers | None:
    return Headers(request=HeaderOperations(add=appended)) if appended else None
