"""What an HTTP route does besides forwarding: redirects, answers, rewrites, retries, faults, mirrors, CORS.

Rules: `virtualservice.go` and `validation.go` in Istio.
"""

import base64
import binascii
from http import HTTPStatus
from typing import Final

from lateen.api.virtual_service import (
    CorsPolicy,
    HTTPDirectResponse,
    HTTPFaultInjection,
    HTTPRedirect,
    HTTPRetry,
    HTTPRewrite,
    HTTPRoute,
)
from lateen.validation.destination import check_destination, check_percent
from lateen.validation.field import Field
from lateen.validation.http_header import check_cors_name
from lateen.validation.http_match import check_string_match
from lateen.validation.names import check_port
from lateen.validation.one_of import check_one_of
from lateen.validation.regex import check_regex
from lateen.validation.schema import closest

BODY_LIMIT: Final = 1024 * 1024
LEAST_SHARE: Final = 0.0001
"""Of faults, in percent."""

LAST_STATUS: Final = 600
"""Istio accepts it, Envoy does not."""

_RETRY_ON: Final = (
    *("5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited", "retriable-4xx"),
    *("refused-stream", "retriable-status-codes", "retriable-headers", "http3-post-connect-failure"),
    *("cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"),
)
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"))
_GRPC: Final = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)


def check_redirect(redirect: HTTPRedirect | None, route: HTTPRoute, field: Field) -> None:
    if redirect is None:
        return
    check_one_of(redirect, ("port", "derive_port"), field)
    if redirect.uri and redirect.prefix_rewrite:
        field.error("uri and prefixRewrite are both set", "keep one of them", "Conflict")
    if redirect.prefix_rewrite and any(match.uri and match.uri.prefix is None for match in route.match):
        field.error("prefixRewrite needs conditions on the path's prefix", 'match "uri: {prefix: ...}", or use uri')
    targets = (redirect.uri, redirect.prefix_rewrite, redirect.authority, redirect.scheme, redirect.derive_port)
    if not any(targets) and redirect.port is None:
        field.error("the redirect goes nowhere", "set uri, prefixRewrite, authority, scheme or port", "MissingField")
    if redirect.redirect_code and not 300 <= redirect.redirect_code <= 399:
        (field / "redirectCode").error(f"{redirect.redirect_code} is no redirect", "write 301, 302, 303, 307 or 308")
    elif redirect.redirect_code and redirect.redirect_code not in (301, 302, 303, 307, 308):
        (field / "redirectCode").warn(
            f"proxies send 301 for {redirect.redirect_code}", "write 301, 302, 303, 307 or 308"
        )
    if redirect.scheme not in ("", "http", "https"):
        (field / "scheme").error(f'"{redirect.scheme}" is no scheme', "write http or https")
    if redirect.port:
        check_port(redirect.port, field / "port")


def check_direct_response(response: HTTPDirectResponse | None, field: Field) -> None:
    if response is None:
        return
    _check_status(response.status, field / "status")
    if response.body is None:
        return
    check_one_of(response.body, ("string", "bytes"), field / "body")
    size = len((response.body.string or "").encode())
    if response.body.bytes is not None:
        size = _decoded_size(response.body.bytes, field.at("body", "bytes"))
    if size > BODY_LIMIT:
        (field / "body").error(f"the body has {size} bytes", f"{BODY_LIMIT} are the most: serve it from a service")
    elif size > 100 * 1024:
        (field / "body").warn(f"the body has {size} bytes", "every proxy keeps it in memory: serve it from a service")


def _decoded_size(text: str, field: Field) -> int:
    try:
        return len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        field.error("this is not base64", 'encode it, or use "string"')
        return 0


def _check_status(status: int, field: Field) -> None:
    if not 200 <= status <= LAST_STATUS:
        field.error(f"{status} is no HTTP status to answer with", "write 200 to 599")
    elif status == LAST_STATUS:
        field.warn(f"proxies refuse {status}", "write 200 to 599")


def check_rewrite(rewrite: HTTPRewrite | None, field: Field) -> None:
    if rewrite is None:
        return
    if rewrite.uri and rewrite.uri_regex_rewrite:
        field.error("uri and uriRegexRewrite are both set", "keep one of them", "Conflict")
    if not rewrite.uri and not rewrite.authority and rewrite.uri_regex_rewrite is None:
        field.error("the rewrite changes nothing", "set uri, uriRegexRewrite or authority", "MissingField")
    if rewrite.uri_regex_rewrite:
        check_regex(rewrite.uri_regex_rewrite.match, field.at("uriRegexRewrite", "match"))
        if not rewrite.uri_regex_rewrite.rewrite:
            field.at("uriRegexRewrite", "rewrite").error(
                "is required", "write the new path, \\1 for a group", "MissingField"
            )


def check_retries(retries: HTTPRetry | None, field: Field) -> None:
    if retries is None:
        return
    if retries.attempts < 0:
        (field / "attempts").error(f"{retries.attempts} is below zero", "write 0 to switch retries off")
    others = (retries.per_try_timeout, retries.retry_on or None, retries.retry_remote_localities)
    if retries.attempts == 0 and any(other is not None for other in others):
        field.error(
            "attempts is 0 or absent, which switches retries off", 'set "attempts: 2", or remove the other fields'
        )
    for word in retries.retry_on.split(",") if retries.retry_on else ():
        if not (word.isdigit() and int(word) in HTTPStatus._value2member_map_) and word not in _RETRY_ON:
            meant = closest(word.strip(), _RETRY_ON)
            hint = (
                f'did you mean "{meant}"?'
                if meant
                else "write an HTTP status or a condition of Envoy, like 5xx or reset"
            )
            (field / "retryOn").error(f'"{word}" is no condition to retry on', hint)


def check_fault(fault: HTTPFaultInjection | None, field: Field) -> None:
    if fault is None:
        return
    if fault.abort is None and fault.delay is None:
        field.error("the fault does nothing", "set delay or abort", "MissingField")
    if fault.delay:
        delay = field / "delay"
        check_one_of(fault.delay, ("fixed_delay", "exponential_delay"), delay)
        if fault.delay.fixed_delay is None and fault.delay.exponential_delay is None:
            delay.warn("no time is given, so nothing is delayed", "set fixedDelay")
        if fault.delay.exponential_delay is not None:
            (delay / "exponentialDelay").error(
                "exponential delays do not exist in proxies", "use fixedDelay", "Unsupported"
            )
        _check_share(fault.delay.percent, fault.delay.percentage is not None, delay)
        check_percent(fault.delay.percentage, delay / "percentage", least=LEAST_SHARE)
    if fault.abort:
        _check_abort(fault, field / "abort")


def _check_abort(fault: HTTPFaultInjection, field: Field) -> None:
    abort = fault.abort
    assert abort is not None  # noqa: S101  # the caller looked
    check_one_of(abort, ("http_status", "grpc_status", "http2_error"), field)
    check_percent(abort.percentage, field / "percentage", least=LEAST_SHARE)
    if abort.http_status is not None:
        _check_status(abort.http_status, field / "httpStatus")
    elif abort.grpc_status is not None:
        if abort.grpc_status not in _GRPC:
            meant = closest(abort.grpc_status, _GRPC)
            hint = f"did you mean {meant}?" if meant else "write a name like NOT_FOUND"
            (field / "grpcStatus").error(f'"{abort.grpc_status[:80]}" is no gRPC status', hint)
    elif abort.http2_error is not None:
        (field / "http2Error").error("HTTP/2 errors cannot be injected", "use httpStatus or grpcStatus", "Unsupported")
    else:
        field.warn("no error is named, so nothing is aborted", "set httpStatus or grpcStatus")
    _check_share(0, abort.percentage is not None, field)


def _check_share(percent: int, given: bool, field: Field) -> None:
    if not given and not percent:
        field.warn("without a percentage the fault never happens", 'add "percentage: {value: 100}" for every request')
    elif not 0 <= percent <= 100:
        (field / "percent").warn(f"{percent} is no percentage", "write 0 to 100")
    elif percent:
        (field / "percent").warn("this field is old", 'write "percentage: {value: ...}"', "Deprecated")


def check_mirrors(route: HTTPRoute, field: Field) -> None:
    if route.mirror is not None and route.mirrors:
        (field / "mirrors").error("mirror and mirrors are both set", "keep mirrors", "Conflict")
    check_destination(route.mirror, field / "mirror")
    check_percent(route.mirror_percentage, field / "mirrorPercentage")
    for name, value in (("mirrorPercent", route.mirror_percent), ("mirror_percent", route.legacy_mirror_percent)):
        if value is not None and value > 100:
            (field / name).error(f"{value} is no percentage", "write 0 to 100")
        elif value is not None:
            (field / name).warn("this field is old", f'write "mirrorPercentage: {{value: {value}}}"', "Deprecated")
    for place, mirror in enumerate(route.mirrors):
        check_destination(mirror.destination, field.at("mirrors", place, "destination"))
        check_percent(mirror.percentage, field.at("mirrors", place, "percentage"))


def check_cors(cors: CorsPolicy | None, field: Field) -> None:
    if cors is None:
        return
    for place, origin in enumerate(cors.allow_origins):
        where = field.at("allowOrigins", place)
        check_string_match(origin, where)
        if not (origin.exact or origin.prefix or origin.regex):
            where.error("the origin is empty", 'write "exact: https://example.com", or "regex: .*"', "MissingField")
    if cors.allow_origin:
        (field / "allowOrigin").warn(
            "this field is old", "write allowOrigins with exact, prefix or regex", "Deprecated"
        )
    for place, method in enumerate(cors.allow_methods):
        if method not in _METHODS:
            field.at("allowMethods", place).error(f'"{method[:80]}" is no HTTP method', "write GET, POST, PUT, ...")
    for key, names in (("allowHeaders", cors.allow_headers), ("exposeHeaders", cors.expose_headers)):
        for place, name in enumerate(names):
            check_cors_name(name, field.at(key, place))
    if cors.max_age is not None and cors.max_age.nanoseconds % 10**9:
        (field / "maxAge").error(f"{cors.max_age} is not in whole seconds", "write whole seconds", "InvalidDuration")
