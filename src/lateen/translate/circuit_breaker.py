"""Limits of connections and requests."""

from envoy.config.cluster.v3 import circuit_breaker_pb2

from lateen.ir.cluster import CircuitBreaker, RetryBudget
from lateen.translate import scalar

UNLIMITED = 2**32 - 1

BUDGET_INTERVAL = 3
"""The number of RetryBudget's field `budget_interval`, which Envoy has and the protobuf classes of Python lack."""

LENGTH_DELIMITED = 2
"""Protobuf's wire type of messages."""

_Thresholds = circuit_breaker_pb2.CircuitBreakers.Thresholds


def circuit_breakers(breaker: CircuitBreaker) -> circuit_breaker_pb2.CircuitBreakers:
    """What isn't limited is written as 2^32-1: left unset, Envoy would allow 1024 requests and 3 retries at once."""
    thresholds = _Thresholds(
        max_connections=_limit(breaker.max_connections),
        max_pending_requests=_limit(breaker.max_pending_requests),
        max_requests=_limit(breaker.max_requests),
        max_retries=_limit(breaker.max_retries),
        track_remaining=True,
        retry_budget=None if breaker.retry_budget is None else _budget(breaker.retry_budget),
    )
    return circuit_breaker_pb2.CircuitBreakers(thresholds=[thresholds])


def _limit(value: int | None) -> scalar.UInt32:
    return scalar.uint32(UNLIMITED if value is None else value)


def _budget(budget: RetryBudget) -> circuit_breaker_pb2.CircuitBreakers.Thresholds.RetryBudget:
    made = _Thresholds.RetryBudget(
        budget_percent=scalar.percent(budget.percent),
        min_retry_concurrency=scalar.uint32(budget.min_concurrency),
    )
    if budget.interval_ms is not None:
        interval = scalar.duration(budget.interval_ms).SerializeToString()
        made.MergeFromString(bytes((BUDGET_INTERVAL << 3 | LENGTH_DELIMITED, len(interval))) + interval)
    return made
