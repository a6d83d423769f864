import json
from pathlib import Path

from tests.unit.node.resources import make_pod

import lateen
from lateen.node.envoy import bootstrap_json, envoy_argv, node_metadata
from lateen.node.settings import NodeSettings

SETTINGS = NodeSettings(mesh="m", node_name="one", pods=Path("/p"), xds_socket=Path("/run/m/xds.sock"))


def test_the_proxy_introduces_itself_as_istios_does() -> None:
    node = json.loads(bootstrap_json(make_pod(), "10.0.0.9", {"ISTIO_META_MESH_ID": "mesh"}, SETTINGS))["node"]
    assert node["id"] == "sidecar~10.0.0.9~web.default~default.svc.cluster.local"
    assert node["cluster"] == "web.default"
    assert node["metadata"]["MESH_ID"] == "mesh"
    assert node["metadata"]["ISTIO_VERSION"] == lateen.__version__
    assert node["metadata"]["LABELS"] == {"app": "web"}


def test_variables_become_metadata() -> None:
    env = {"ISTIO_META_WORKLOAD_NAME": "w", "ISTIO_METAJSON_X": '{"a": 1}', "ISTIO_METAJSON_BAD": "{", "OTHER": "o"}
    metadata = node_metadata(make_pod(), "10.0.0.9", env, SETTINGS)
    assert (metadata["WORKLOAD_NAME"], metadata["X"]) == ("w", {"a": 1})
    assert not {"BAD", "OTHER", "LATEEN_HOST_NETNS"} & set(metadata)


def test_istios_flags_reach_envoy() -> None:
    args = ["proxy", "sidecar", "--concurrency", "2", "--proxyComponentLogLevel=rbac:debug"]
    argv = envoy_argv(make_pod({"name": "p", "args": args}).spec.containers[0], {}, SETTINGS)
    assert argv[argv.index("--concurrency") + 1] == "2"
    assert argv[argv.index("--component-log-level") + 1] == "rbac:debug"
    assert argv[argv.index("--file-flush-interval-msec") + 1] == "1000"
    configured = envoy_argv(make_pod().spec.containers[0], {"PROXY_CONFIG": '{"concurrency": 3}'}, SETTINGS)
    assert configured[configured.index("--concurrency") + 1] == "3"
