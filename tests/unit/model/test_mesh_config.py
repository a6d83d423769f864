from lateen.api.config_map import ConfigMap
from lateen.api.connection_pool import ConnectionPoolSettings, TcpKeepalive, TCPSettings
from lateen.api.duration import Duration, parse_duration
from lateen.api.load_balancer import Failover, LocalityLoadBalancerSetting
from lateen.api.meta import ObjectMeta
from lateen.api.problem import Severity
from lateen.api.virtual_service import HTTPRetry
from lateen.model.mesh_config import mesh_settings
from lateen.model.settings import DefaultTrafficPolicy, MeshSettings, OutboundMode


def config(text: str) -> ConfigMap:
    return ConfigMap(
        api_version="v1",
        kind="ConfigMap",
        metadata=ObjectMeta(name="istio", namespace="istio-system"),
        data={"mesh": text},
    )


def test_no_map_and_an_empty_one_mean_the_defaults() -> None:
    assert mesh_settings(None) == (MeshSettings(), ())
    assert mesh_settings(config("")) == (MeshSettings(), ())


def test_every_field_that_has_a_meaning_is_read() -> None:
    settings, problems = mesh_settings(
        config(
            """
rootNamespace: mesh-root
accessLogFile: /dev/stdout
accessLogEncoding: JSON
outboundTrafficPolicy: {mode: REGISTRY_ONLY}
connectTimeout: 2.5s
localityLbSetting: {enabled: false, failover: [{from: eu, to: us}]}
defaultServiceExportTo: ["."]
defaultHttpRetryPolicy: {attempts: 1, retryOn: 5xx, perTryTimeout: 2s}
inboundHttp: true
h2UpgradePolicy: UPGRADE
tcpKeepalive: {probes: 3, time: 10s}
defaultTrafficPolicy: {connectionPool: {tcp: {maxConnections: 5}}}
"""
        )
    )
    assert not problems
    assert settings == MeshSettings(
        root_namespace="mesh-root",
        access_log_file="/dev/stdout",
        access_log_json=True,
        outbound_mode=OutboundMode.REGISTRY_ONLY,
        connect_timeout_ms=2500,
        locality_lb=LocalityLoadBalancerSetting(enabled=False, failover=(Failover(from_="eu", to="us"),)),
        default_service_export_to=(".",),
        retries=HTTPRetry(attempts=1, retry_on="5xx", per_try_timeout=parse_duration("2s")),
        inbound_http=True,
        h2_upgrade=True,
        tcp_keepalive=TcpKeepalive(probes=3, time=Duration(seconds=10)),
        default_policy=DefaultTrafficPolicy(connection_pool=ConnectionPoolSettings(tcp=TCPSettings(max_connections=5))),
    )


def test_a_wrong_field_keeps_its_default_and_the_others_count() -> None:
    settings, problems = mesh_settings(
        config("connectTimeout: soon\naccessLogFile: /dev/stdout\noutboundTrafficPolicy: {mode: BLOCK}\n")
    )
    assert settings == MeshSettings(access_log_file="/dev/stdout")
    assert [(each.path, each.severity) for each in problems] == [
        ("data.mesh.connectTimeout", Severity.ERROR),
        ("data.mesh.outboundTrafficPolicy.mode", Severity.ERROR),
    ]


def test_settings_without_effect_are_warned_about_except_those_of_the_stock_map() -> None:
    _, problems = mesh_settings(config("enableTracing: true\ndefaultConfig: {concurrency: 2}\n"))
    assert [(each.path, each.severity) for each in problems] == [("data.mesh.enableTracing", Severity.WARNING)]


def test_text_that_is_not_yaml_is_one_problem_and_the_defaults() -> None:
    for text in ("a: [", "- a\n- b\n", "just words"):
        settings, problems = mesh_settings(config(text))
        assert settings == MeshSettings()
        assert [each.path for each in problems] == ["data.mesh"], text
