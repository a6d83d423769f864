"""Retries."""

from lateen.ir.route import RetryPolicy
from lateen.translate.retry import retry_policy


def test_other_hosts_first() -> None:
    policy = retry_policy(RetryPolicy(attempts=2, on="connect-failure", status_codes=(503,)))
    assert [one.name for one in policy.retry_host_predicate] == ["envoy.retry_host_predicates.previous_hosts"]
    assert (policy.num_retries.value, policy.host_selection_retry_max_attempts) == (2, 5)
    assert list(policy.retriable_status_codes) == [503]
    assert not policy.HasField("retry_priority")
    assert not policy.HasField("retry_back_off")


def test_what_is_asked_for() -> None:
    policy = retry_policy(
        RetryPolicy(
            attempts=1,
            on="5xx",
            per_try_timeout_ms=250,
            skip_previous_hosts=False,
            retry_other_localities=True,
            backoff_ms=10,
        )
    )
    assert not policy.retry_host_predicate
    assert policy.retry_priority.name == "envoy.retry_priorities.previous_priorities"
    assert policy.per_try_timeout.ToMilliseconds() == 250
    assert policy.retry_back_off.base_interval.ToMilliseconds() == 10
