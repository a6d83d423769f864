"""What is spoken to endpoints."""

import pytest

from lateen.ir.cluster import Cluster, ClusterKind, UpstreamProtocol, UpstreamTls
from lateen.translate.upstream_protocol import http_protocol_options


def cluster(protocol: UpstreamProtocol, **options: object) -> Cluster:
    return Cluster(**{"name": "a", "kind": ClusterKind.EDS, "protocol": protocol, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("protocol", [UpstreamProtocol.TCP, UpstreamProtocol.HTTP1])
def test_plain_http1_needs_nothing_until_it_has_limits(protocol: UpstreamProtocol) -> None:
    assert http_protocol_options(cluster(protocol)) is None
    limited = http_protocol_options(cluster(protocol, max_requests_per_connection=1, idle_timeout_ms=5))
    assert limited is not None
    assert limited.explicit_http_config.HasField("http_protocol_options")
    assert limited.common_http_protocol_options.max_requests_per_connection.value == 1


def test_http2_and_its_keepalive() -> None:
    options = http_protocol_options(
        cluster(UpstreamProtocol.HTTP2, max_concurrent_streams=7, http2_keepalive_interval_ms=30)
    )
    assert options is not None
    http2 = options.explicit_http_config.http2_protocol_options
    assert http2.max_concurrent_streams.value == 7
    assert http2.connection_keepalive.timeout.ToMilliseconds() == 30


def test_the_clients_protocol() -> None:
    options = http_protocol_options(cluster(UpstreamProtocol.DOWNSTREAM))
    assert options is not None
    assert options.use_downstream_protocol_config.HasField("http2_protocol_options")


def test_the_requests_host_is_the_server_name_and_checked_unless_told_otherwise() -> None:
    open_ = http_protocol_options(cluster(UpstreamProtocol.HTTP1, tls=UpstreamTls(insecure_skip_verify=True)))
    checked = http_protocol_options(cluster(UpstreamProtocol.HTTP1, tls=UpstreamTls(ca="/ca.pem")))
    named = http_protocol_options(cluster(UpstreamProtocol.HTTP1, tls=UpstreamTls(ca="/ca.pem", sni="a.test")))
    assert open_ is not None
    assert checked is not None
    assert (open_.upstream_http_protocol_options.auto_sni, named) == (True, None)
    assert not open_.upstream_http_protocol_options.auto_san_validation
    assert checked.upstream_http_protocol_options.auto_san_validation
