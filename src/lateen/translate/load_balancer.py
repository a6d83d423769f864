"""How a cluster picks an endpoint."""

from collections.abc import Callable

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.core.v3 import base_pb2
from envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3 import (
    client_side_weighted_round_robin_pb2 as utilization_pb2,
)
from google.protobuf import wrappers_pb2

from lateen.ir.cluster import Algorithm, LoadBalancer, SlowStart, Utilization, ZoneAware
from lateen.translate import scalar
from lateen.translate.names import BACKEND_UTILIZATION_POLICY
from lateen.translate.wire import pack

_POLICIES = {
    Algorithm.ROUND_ROBIN: cluster_pb2.Cluster.ROUND_ROBIN,
    Algorithm.LEAST_REQUEST: cluster_pb2.Cluster.LEAST_REQUEST,
    Algorithm.RANDOM: cluster_pb2.Cluster.RANDOM,
    Algorithm.RING_HASH: cluster_pb2.Cluster.RING_HASH,
    Algorithm.MAGLEV: cluster_pb2.Cluster.MAGLEV,
    Algorithm.CLUSTER_PROVIDED: cluster_pb2.Cluster.CLUSTER_PROVIDED,
    Algorithm.BACKEND_UTILIZATION: cluster_pb2.Cluster.LOAD_BALANCING_POLICY_CONFIG,
}


def set_load_balancer(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    """Writes the policy, its parameters and what holds for every policy."""
    envoy.lb_policy = _POLICIES[balancer.algorithm]
    if (set_parameters := _PARAMETERS.get(balancer.algorithm)) is not None:
        set_parameters(envoy, balancer)
    envoy.common_lb_config.CopyFrom(_common(balancer))


def _common(balancer: LoadBalancer) -> cluster_pb2.Cluster.CommonLbConfig:
    """Health changes act at once: merged over Envoy's default second, requests would still reach ejected endpoints."""
    common = cluster_pb2.Cluster.CommonLbConfig(update_merge_window=scalar.duration(0))
    if balancer.panic_threshold_percent is not None:
        common.healthy_panic_threshold.CopyFrom(scalar.percent(balancer.panic_threshold_percent))
    if balancer.algorithm is Algorithm.BACKEND_UTILIZATION:
        return common
    if balancer.locality_weighted:
        common.locality_weighted_lb_config.SetInParent()
    elif balancer.zone_aware is not None:
        common.zone_aware_lb_config.CopyFrom(_zone_aware(balancer.zone_aware))
    return common


def _zone_aware(zones: ZoneAware) -> cluster_pb2.Cluster.CommonLbConfig.ZoneAwareLbConfig:
    least = zones.min_cluster_size
    return cluster_pb2.Cluster.CommonLbConfig.ZoneAwareLbConfig(
        routing_enabled=None if zones.enabled else scalar.percent(0),
        min_cluster_size=None if least is None else scalar.uint64(least),
    )


def _round_robin(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    if balancer.slow_start is not None:
        envoy.round_robin_lb_config.slow_start_config.CopyFrom(_slow_start(balancer.slow_start))


def _least_request(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    if balancer.slow_start is not None:
        envoy.least_request_lb_config.slow_start_config.CopyFrom(_slow_start(balancer.slow_start))


def _ring_hash(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    if balancer.table_size is not None:
        envoy.ring_hash_lb_config.minimum_ring_size.CopyFrom(scalar.uint64(balancer.table_size))


def _maglev(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    if balancer.table_size is not None:
        envoy.maglev_lb_config.table_size.CopyFrom(scalar.uint64(balancer.table_size))


def _backend_utilization(envoy: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    settings = balancer.utilization or Utilization()
    penalty = settings.error_penalty
    config = utilization_pb2.ClientSideWeightedRoundRobin(
        metric_names_for_computing_utilization=settings.metrics,
        error_utilization_penalty=None if penalty is None else wrappers_pb2.FloatValue(value=penalty),
        weight_expiration_period=scalar.optional_duration(settings.expiration_ms),
        blackout_period=scalar.optional_duration(settings.stabilization_ms),
        weight_update_period=scalar.optional_duration(settings.update_ms),
    )
    policy = envoy.load_balancing_policy.policies.add()
    policy.typed_extension_config.name = BACKEND_UTILIZATION_POLICY
    policy.typed_extension_config.typed_config.CopyFrom(pack(config))


_PARAMETERS: dict[Algorithm, Callable[[cluster_pb2.Cluster, LoadBalancer], None]] = {
    Algorithm.ROUND_ROBIN: _round_robin,
    Algorithm.LEAST_REQUEST: _least_request,
    Algorithm.RING_HASH: _ring_hash,
    Algorithm.MAGLEV: _maglev,
    Algorithm.BACKEND_UTILIZATION: _backend_utilization,
}


def _slow_start(slow_start: SlowStart) -> cluster_pb2.Cluster.SlowStartConfig:
    """Defaults are Istio's: a linear rise from a tenth of the share. Envoy insists on a runtime key; none is set."""
    aggression = 1.0 if slow_start.aggression is None else slow_start.aggression
    minimum = 10.0 if slow_start.minimum_percent is None else slow_start.minimum_percent
    return cluster_pb2.Cluster.SlowStartConfig(
        slow_start_window=scalar.duration(slow_start.window_ms),
        aggression=base_pb2.RuntimeDouble(default_value=aggression, runtime_key="slow_start.aggression"),
        min_weight_percent=scalar.percent(minimum),
    )
