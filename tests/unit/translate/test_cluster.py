"""Clusters."""

import pytest
from envoy.config.cluster.v3.cluster_pb2 import Cluster as EnvoyCluster
from envoy.extensions.clusters.dns.v3.dns_cluster_pb2 import DnsCluster
from envoy.extensions.clusters.dynamic_forward_proxy.v3.cluster_pb2 import ClusterConfig

from lateen.ir.cluster import Cluster, ClusterKind, Keepalive, UpstreamTls
from lateen.ir.endpoint import LoadAssignment
from lateen.translate.cluster import translate_cluster
from lateen.translate.wire import unpack


def translated(kind: ClusterKind, **options: object) -> EnvoyCluster:
    return translate_cluster(Cluster(**{"name": "a", "kind": kind, **options}))  # type: ignore[arg-type]


def test_eds_waits_for_its_endpoints() -> None:
    cluster = translated(ClusterKind.EDS)
    config = cluster.eds_cluster_config
    assert (cluster.type, config.service_name, config.eds_config.HasField("ads")) == (EnvoyCluster.EDS, "a", True)
    assert config.eds_config.initial_fetch_timeout.ToMilliseconds() == 0
    assert (cluster.alt_stat_name, cluster.connect_timeout.ToMilliseconds()) == ("a;", 10_000)


def test_dns_takes_all_answers_or_the_first() -> None:
    for kind, single in ((ClusterKind.STRICT_DNS, False), (ClusterKind.LOGICAL_DNS, True)):
        cluster = translated(kind, dns_refresh_ms=5000, assignment=LoadAssignment(cluster="a"))
        config = unpack(cluster.cluster_type.typed_config)
        assert isinstance(config, DnsCluster)
        assert (config.all_addresses_in_single_endpoint, config.dns_refresh_rate.seconds) == (single, 5)
        assert cluster.load_assignment.cluster_name == "a"


def test_original_destination() -> None:
    cluster = translated(ClusterKind.ORIGINAL_DST, original_dst_port=8080, bind_source="127.0.0.6")
    assert cluster.original_dst_lb_config.upstream_port_override.value == 8080
    assert cluster.upstream_bind_config.source_address.address == "127.0.0.6"
    assert not translated(ClusterKind.ORIGINAL_DST).HasField("original_dst_lb_config")


def test_forward_proxy() -> None:
    cluster = translated(ClusterKind.FORWARD_PROXY, dns_cache="cache")
    config = unpack(cluster.cluster_type.typed_config)
    assert isinstance(config, ClusterConfig)
    assert (config.dns_cache_config.name, cluster.lb_policy) == ("cache", EnvoyCluster.CLUSTER_PROVIDED)


@pytest.mark.parametrize(
    ("tls", "insecure"),
    [
        (None, False),
        (UpstreamTls(), False),
        (UpstreamTls(sni="other.example.com"), True),
        (UpstreamTls(insecure_skip_verify=True), True),
        (UpstreamTls(subject_alt_names=("other.example.com",)), True),
    ],
)
def test_envoy_is_told_that_a_forward_proxy_checks_another_name(tls: UpstreamTls | None, insecure: bool) -> None:
    config = unpack(translated(ClusterKind.FORWARD_PROXY, tls=tls).cluster_type.typed_config)
    assert isinstance(config, ClusterConfig)
    assert config.allow_insecure_cluster_options is insecure


def test_keepalive() -> None:
    keepalive = translated(ClusterKind.EDS, keepalive=Keepalive(time_s=60)).upstream_connection_options.tcp_keepalive
    assert keepalive.keepalive_time.value == 60
    assert not keepalive.HasField("keepalive_probes")
