"""Load balancers."""

import pytest
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3 import (
    client_side_weighted_round_robin_pb2 as utilization_pb2,
)

from lateen.ir.cluster import Algorithm, LoadBalancer, SlowStart, Utilization, ZoneAware
from lateen.translate.load_balancer import set_load_balancer
from lateen.translate.wire import unpack


def balanced(balancer: LoadBalancer) -> Cluster:
    cluster = Cluster()
    set_load_balancer(cluster, balancer)
    return cluster


@pytest.mark.parametrize("algorithm", [each for each in Algorithm if each is not Algorithm.BACKEND_UTILIZATION])
def test_every_algorithm_has_its_policy(algorithm: Algorithm) -> None:
    assert Cluster.LbPolicy.Name(balanced(LoadBalancer(algorithm=algorithm)).lb_policy) == algorithm.name


def test_health_changes_act_at_once() -> None:
    common = balanced(LoadBalancer()).common_lb_config
    assert common.HasField("update_merge_window")
    assert common.update_merge_window.ToMilliseconds() == 0
    assert not common.HasField("healthy_panic_threshold")
    assert not common.HasField("locality_weighted_lb_config")


def test_panic_and_locality_weights() -> None:
    common = balanced(LoadBalancer(panic_threshold_percent=0.0, locality_weighted=True)).common_lb_config
    assert common.HasField("healthy_panic_threshold")
    assert common.HasField("locality_weighted_lb_config")


def test_table_sizes() -> None:
    ring = balanced(LoadBalancer(algorithm=Algorithm.RING_HASH, table_size=2048))
    assert ring.ring_hash_lb_config.minimum_ring_size.value == 2048
    maglev = balanced(LoadBalancer(algorithm=Algorithm.MAGLEV, table_size=65537))
    assert maglev.maglev_lb_config.table_size.value == 65537


def test_slow_start_rises_from_a_tenth() -> None:
    cluster = balanced(LoadBalancer(slow_start=SlowStart(window_ms=1000)))
    start = cluster.least_request_lb_config.slow_start_config
    assert (start.slow_start_window.ToMilliseconds(), start.min_weight_percent.value) == (1000, 10)
    assert start.aggression.default_value == 1.0


def test_endpoints_that_report_their_load_are_weighted_by_an_extension() -> None:
    settings = Utilization(metrics=("named_metrics.q",), error_penalty=1.5, stabilization_ms=10_000)
    made = balanced(LoadBalancer(algorithm=Algorithm.BACKEND_UTILIZATION, utilization=settings, locality_weighted=True))
    (policy,) = made.load_balancing_policy.policies
    config = unpack(policy.typed_extension_config.typed_config)
    assert isinstance(config, utilization_pb2.ClientSideWeightedRoundRobin)
    assert list(config.metric_names_for_computing_utilization) == ["named_metrics.q"]
    assert config.error_utilization_penalty.value == 1.5
    assert config.blackout_period.ToMilliseconds() == 10_000
    assert not config.HasField("weight_update_period")
    assert made.common_lb_config.WhichOneof("locality_config_specifier") is None


def test_zones() -> None:
    on = balanced(LoadBalancer(zone_aware=ZoneAware(min_cluster_size=3))).common_lb_config.zone_aware_lb_config
    assert (on.min_cluster_size.value, on.HasField("routing_enabled")) == (3, False)
    off = balanced(LoadBalancer(zone_aware=ZoneAware(enabled=False))).common_lb_config.zone_aware_lb_config
    assert (off.HasField("routing_enabled"), off.routing_enabled.value) == (True, 0)
