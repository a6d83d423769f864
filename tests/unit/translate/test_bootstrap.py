"""The bootstrap."""

import json

from google.protobuf import json_format
from tests.support.pgv import violations

from lateen.model.service import Locality
from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap, to_json

SETTINGS = BootstrapSettings(
    node_id="sidecar~10.244.0.5~a.default~default.svc.cluster.local",
    node_cluster="a.default",
    xds_socket="/run/lateen/m/xds.sock",
    metadata={"NAME": "a", "LABELS": {"app": "a"}, "INSTANCE_IPS": "10.244.0.5"},
    locality=Locality("r", "z", "s"),
)


def test_rules_of_envoy_hold() -> None:
    assert list(violations(build_bootstrap(SETTINGS))) == []


def test_equal_settings_give_equal_text() -> None:
    again = BootstrapSettings(
        **{name: getattr(SETTINGS, name) for name in reversed(SETTINGS.__struct_fields__) if name != "metadata"},
        metadata=dict(reversed(list(SETTINGS.metadata.items()))),
    )
    assert to_json(build_bootstrap(again)) == to_json(build_bootstrap(SETTINGS))


def test_who_it_is() -> None:
    node = json.loads(to_json(build_bootstrap(SETTINGS)))["node"]
    assert (node["id"], node["cluster"]) == (SETTINGS.node_id, "a.default")
    assert node["locality"] == {"region": "r", "zone": "z", "sub_zone": "s"}
    assert node["metadata"]["LABELS"] == {"app": "a"}


def test_the_control_plane_is_waited_for_and_soon_joined_again() -> None:
    dynamic = build_bootstrap(SETTINGS).dynamic_resources
    assert dynamic.lds_config.HasField("ads")
    assert dynamic.lds_config.initial_fetch_timeout.ToMilliseconds() == 0
    assert dynamic.ads_config.api_type == dynamic.ads_config.DELTA_GRPC
    back_off = dynamic.ads_config.grpc_services[0].envoy_grpc.retry_policy.retry_back_off
    assert back_off.max_interval.ToMilliseconds() <= 500


def test_what_it_listens_at() -> None:
    bootstrap = build_bootstrap(SETTINGS)
    assert bootstrap.admin.address.socket_address.address == "127.0.0.1"
    assert [one.name for one in bootstrap.static_resources.listeners] == ["0.0.0.0_15021", "0.0.0.0_15090"]
    text = json_format.MessageToJson(bootstrap.static_resources.clusters[0])
    assert "/run/lateen/m/xds.sock" in text
