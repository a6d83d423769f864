"""Load balancers."""

import pytest
from envoy.config.cluster.v3.cluster_pb2 import Cluster

from lateen.ir.cluster import Algorithm, LoadBalancer, SlowStart
from lateen.translate.load_balancer import set_load_balancer


def balanced(balancer: LoadBalancer) -> Cluster:
    cluster = Cluster()
    set_load_balancer(cluster, balancer)
    return cluster


@pytest.mark.parametrize("algorithm", list(Algorithm))
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
