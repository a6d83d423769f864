"""Retries (Istio `HTTPRetry`; Envoy `RetryPolicy`)."""

from functools import cache

from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.extensions.retry.host.previous_hosts.v3 import previous_hosts_pb2
from envoy.extensions.retry.priority.previous_priorities.v3 import previous_priorities_config_pb2
from google.protobuf.any_pb2 import Any

from lateen.ir.route import RetryPolicy
from lateen.translate import scalar
from lateen.translate.names import PREVIOUS_HOSTS, PREVIOUS_PRIORITIES
from lateen.translate.wire import pack


def retry_policy(policy: RetryPolicy) -> route_pb2.RetryPolicy:
    """Which answers are retried, how often, and where the next try goes."""
    envoy = route_pb2.RetryPolicy(
        retry_on=policy.on,
        num_retries=scalar.uint32(policy.attempts),
        retriable_status_codes=policy.status_codes,
        per_try_timeout=scalar.optional_duration(policy.per_try_timeout_ms),
        host_selection_retry_max_attempts=policy.host_selection_attempts,
    )
    if policy.skip_previous_hosts:
        envoy.retry_host_predicate.add(name=PREVIOUS_HOSTS, typed_config=_previous_hosts())
    if policy.retry_other_localities:
        envoy.retry_priority.name = PREVIOUS_PRIORITIES
        envoy.retry_priority.typed_config.CopyFrom(_previous_priorities())
    if policy.backoff_ms is not None:
        envoy.retry_back_off.base_interval.CopyFrom(scalar.duration(policy.backoff_ms))
    return envoy


@cache
def _previous_hosts() -> Any:
    return pack(previous_hosts_pb2.PreviousHostsPredicate())


@cache
def _previous_priorities() -> Any:
    """`update_frequency` 2 as in Istio: the second try may stay in the locality, later ones move on."""
    return pack(previous_priorities_config_pb2.PreviousPrioritiesConfig(update_frequency=2))
