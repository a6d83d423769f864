"""Retries of an HTTP route. Rule: `pilot/pkg/networking/core/route/retry` in Istio."""

from http import HTTPStatus

from lateen.api.virtual_service import HTTPRetry
from lateen.ir.route import RetryPolicy

DEFAULT_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
"""Failures after which the request surely had no effect."""

_BY_CODE = "retriable-status-codes"
_CODES = frozenset(str(status.value) for status in HTTPStatus)


def retry_policy(retries: HTTPRetry, *, sticky: bool = False) -> RetryPolicy | None:
    """The retries that a route, or the mesh, asks for; `None` if they are off.

    A `sticky` route's consistent hash picks the endpoint, so a retry does not avoid the one that failed.
    """
    if retries.attempts <= 0:
        return None
    on, codes = retry_conditions(retries.retry_on)
    skip = retries.retry_ignore_previous_hosts
    return RetryPolicy(
        attempts=retries.attempts,
        on=on,
        status_codes=codes,
        per_try_timeout_ms=retries.per_try_timeout.milliseconds if retries.per_try_timeout else None,
        skip_previous_hosts=not sticky if skip is None else skip,
        retry_other_localities=bool(retries.retry_remote_localities),
        backoff_ms=retries.backoff.milliseconds if retries.backoff else None,
    )


def retry_conditions(text: str) -> tuple[str, tuple[int, ...]]:
    """`retryOn` as Envoy's list of conditions and the status codes among them."""
    if not text:
        return DEFAULT_ON, ()
    parts = [part for each in text.split(",") if (part := each.strip())]
    words = [part for part in parts if part not in _CODES]
    codes = tuple(int(part) for part in parts if part in _CODES)
    if codes and _BY_CODE not in words:
        words.append(_BY_CODE)
    return ",".join(words), codes
