"""HTTP connection managers."""

from lateen.ir.listener import Http
from lateen.ir.route import RouteConfig
from lateen.translate.http_connection import http_connection_manager


def test_defaults_are_istios() -> None:
    manager = http_connection_manager(Http(stat_prefix="outbound_0.0.0.0_80", route_name="80"))
    assert manager.stat_prefix == "outbound_0.0.0.0_80;"
    assert (manager.rds.route_config_name, manager.rds.config_source.HasField("ads")) == ("80", True)
    assert manager.HasField("stream_idle_timeout")
    assert manager.stream_idle_timeout.ToMilliseconds() == 0
    assert (manager.normalize_path.value, manager.upgrade_configs[0].upgrade_type) == (True, "websocket")
    assert manager.path_with_escaped_slashes_action == manager.KEEP_UNCHANGED
    assert manager.forward_client_cert_details == manager.SANITIZE
    for absent in ("http_protocol_options", "http2_protocol_options", "common_http_protocol_options"):
        assert not manager.HasField(absent)


def test_a_gateway() -> None:
    manager = http_connection_manager(
        Http(
            stat_prefix="g",
            routes=RouteConfig(name="r", virtual_hosts=()),
            use_remote_address=True,
            trusted_hops=2,
            forward_client_cert="SANITIZE_SET",
            server_name="istio-envoy",
            accept_http10=True,
            idle_timeout_ms=1000,
            http2_max_streams=5,
            websocket=False,
            keep_encoded_slashes=False,
        )
    )
    assert (manager.use_remote_address.value, manager.xff_num_trusted_hops) == (True, 2)
    assert (manager.route_config.name, manager.server_name) == ("r", "istio-envoy")
    assert manager.set_current_client_cert_details.cert
    assert manager.http_protocol_options.accept_http_10
    assert manager.common_http_protocol_options.idle_timeout.seconds == 1
    assert manager.http2_protocol_options.max_concurrent_streams.value == 5
    assert not manager.upgrade_configs
