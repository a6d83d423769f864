"""Passing bytes on."""

from lateen.ir.listener import Tcp, TcpTarget, Tunnel
from lateen.translate.tcp_proxy import tcp_proxy


def test_one_target() -> None:
    proxy = tcp_proxy(Tcp(stat_prefix="a", targets=(TcpTarget(cluster="a"),)))
    assert (proxy.cluster, proxy.HasField("idle_timeout"), len(proxy.hash_policy)) == ("a", False, 0)


def test_several_targets() -> None:
    targets = (TcpTarget(cluster="a", weight=3), TcpTarget(cluster="b"))
    proxy = tcp_proxy(Tcp(stat_prefix="a", targets=targets, hash_source_ip=True, idle_timeout_ms=0))
    assert [(one.name, one.weight) for one in proxy.weighted_clusters.clusters] == [("a", 3), ("b", 1)]
    assert proxy.hash_policy[0].HasField("source_ip")
    assert proxy.HasField("idle_timeout")


def test_a_tunnel() -> None:
    made = tcp_proxy(Tcp(stat_prefix="x", targets=(TcpTarget(cluster="a"),), tunnel=Tunnel(authority="b:1")))
    assert (made.tunneling_config.hostname, made.tunneling_config.use_post) == ("b:1", False)
    posted = Tcp(stat_prefix="x", targets=(TcpTarget(cluster="a"),), tunnel=Tunnel(authority="b:1", use_post=True))
    assert tcp_proxy(posted).tunneling_config.use_post
