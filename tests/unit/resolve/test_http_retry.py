import msgspec
import pytest

from lateen.api.duration import parse_duration
from lateen.api.virtual_service import HTTPRetry
from lateen.ir.route import RetryPolicy
from lateen.resolve.http_retry import DEFAULT_ON, retry_conditions, retry_policy


@pytest.mark.parametrize(
    ("retries", "expected"),
    [
        (HTTPRetry(attempts=2), RetryPolicy(attempts=2, on=DEFAULT_ON)),
        (HTTPRetry(attempts=0), None),
        (HTTPRetry(attempts=5), RetryPolicy(attempts=5, on=DEFAULT_ON)),
        (
            HTTPRetry(attempts=1, per_try_timeout=parse_duration("2s"), backoff=parse_duration("25ms")),
            RetryPolicy(attempts=1, on=DEFAULT_ON, per_try_timeout_ms=2000, backoff_ms=25),
        ),
        (
            HTTPRetry(attempts=1, retry_on="5xx", retry_remote_localities=True, retry_ignore_previous_hosts=False),
            RetryPolicy(attempts=1, on="5xx", retry_other_localities=True, skip_previous_hosts=False),
        ),
    ],
)
def test_policies(retries: HTTPRetry, expected: RetryPolicy | None) -> None:
    assert retry_policy(retries) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gateway-error, reset ,", ("gateway-error,reset", ())),
        ("503", ("retriable-status-codes", (503,))),
        ("5xx,503,429", ("5xx,retriable-status-codes", (503, 429))),
        ("retriable-status-codes,503", ("retriable-status-codes", (503,))),
        ("777", ("777", ())),
    ],
)
def test_numbers_among_the_conditions_are_status_codes(text: str, expected: tuple[str, tuple[int, ...]]) -> None:
    assert retry_conditions(text) == expected


def test_a_consistent_hash_does_not_avoid_the_endpoint_that_failed() -> None:
    default = retry_policy(HTTPRetry(attempts=2), sticky=True)
    asked = retry_policy(HTTPRetry(attempts=1, retry_ignore_previous_hosts=True), sticky=True)
    assert default is not None
    assert asked is not None
    assert (default.skip_previous_hosts, asked.skip_previous_hosts) == (False, True)
    assert msgspec.structs.replace(default, skip_previous_hosts=True) == retry_policy(HTTPRetry(attempts=2))
