"""Limits."""

from lateen.ir.cluster import CircuitBreaker, RetryBudget
from lateen.translate.circuit_breaker import BUDGET_INTERVAL, UNLIMITED, circuit_breakers
from lateen.translate.scalar import duration


def test_what_is_not_limited_is_unlimited_not_envoys_default() -> None:
    (limits,) = circuit_breakers(CircuitBreaker(max_connections=1, max_retries=0)).thresholds
    assert (limits.max_connections.value, limits.max_retries.value) == (1, 0)
    assert limits.max_pending_requests.value == limits.max_requests.value == UNLIMITED
    assert not limits.HasField("retry_budget")


def test_retry_budget() -> None:
    (limits,) = circuit_breakers(CircuitBreaker(retry_budget=RetryBudget(percent=12.5))).thresholds
    assert limits.retry_budget.budget_percent.value == 12.5
    assert limits.retry_budget.min_retry_concurrency.value == 3


def test_the_interval_of_a_retry_budget_is_written_though_python_does_not_know_it() -> None:
    (limits,) = circuit_breakers(CircuitBreaker(retry_budget=RetryBudget(interval_ms=1500))).thresholds
    assert limits.retry_budget.min_retry_concurrency.value == 3
    interval = duration(1500).SerializeToString()
    assert limits.retry_budget.SerializeToString().endswith(bytes((BUDGET_INTERVAL << 3 | 2, len(interval))) + interval)
