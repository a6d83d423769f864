from pathlib import Path

import pytest
from tests.unit.node.resources import make_pod

from lateen.api.pod import Pod
from lateen.node import envoy
from lateen.node.images import built_in_images
from lateen.node.pod_fields import PodFields
from lateen.node.pod_folder import PodFolder
from lateen.node.pod_spec import ContainerError, Surroundings, build_spec
from lateen.node.settings import NodeSettings
from lateen.node.shim.spec import ShimSpec
from lateen.node.sources import FixedSources

PROXY = {"name": "istio-proxy", "image": "auto", "args": ["proxy", "sidecar", "--proxyLogLevel=debug"]}
APP = {"name": "app", "image": "busybox", "command": ["sleep"], "args": ["$(N)"], "env": [{"name": "N", "value": "5"}]}


def spec_of(pod: Pod, tmp_path: Path) -> ShimSpec:
    settings = NodeSettings(mesh="m", node_name="one", pods=tmp_path, xds_socket=tmp_path / "run" / "xds.sock")
    fields = PodFields(pod, "10.0.0.9", "10.0.0.1")
    around = Surroundings(
        settings, FixedSources(), built_in_images(), "look here", PodFolder(tmp_path / "u-1"), fields, ""
    )
    return build_spec(around, {})


def test_an_app_and_its_sidecar(tmp_path: Path) -> None:
    spec = spec_of(make_pod(APP, PROXY), tmp_path)
    app, proxy = spec["containers"]
    assert (app["role"], app["argv"], app["uid"], app["gate"]) == ("app", ["sleep", "5"], 0, None)
    assert (proxy["role"], proxy["uid"], proxy["gate"]) == ("sidecar", 1337, envoy.READY)
    assert proxy["drain"] == {"port": 15000, "path": "/drain_listeners?inboundonly&graceful"}
    assert proxy["argv"][-2:] == ["--log-level", "debug"]
    assert str(tmp_path / "run") in {mount["target"] for mount in proxy["mounts"]}
    assert spec["cgroup"] == "lateen-m/u-1"


def test_a_gateway_is_its_own_app_and_may_enter_the_machines_network(tmp_path: Path) -> None:
    annotated = {"annotations": {"inject.istio.io/templates": "gateway"}}
    (gateway,) = spec_of(make_pod(PROXY, metadata=annotated), tmp_path)["containers"]
    assert (gateway["role"], gateway["capabilities"]) == ("app", ["SYS_ADMIN"])
    assert {"source": "machine-netns", "target": envoy.MACHINE_NETNS, "read_only": False} in gateway["mounts"]
    assert gateway["drain_seconds"] > 0


def test_init_containers_keep_their_turn(tmp_path: Path) -> None:
    init = [
        {"name": "istio-init", "image": "x/proxyv2:1", "args": ["istio-iptables"]},
        {"name": "beside", "image": "busybox", "restartPolicy": "Always", "command": ["x"]},
    ]
    containers = spec_of(make_pod(APP, initContainers=init), tmp_path)["containers"]
    assert [(c["name"], c["role"], c["native"]) for c in containers] == [
        ("istio-init", "init", False),
        ("beside", "sidecar", True),
        ("app", "app", False),
    ]
    assert containers[0]["argv"] == ["true"]


@pytest.mark.parametrize(
    ("container", "reason", "words"),
    [
        ({"name": "app", "image": "example.com/x:1"}, "ImagePullBackOff", "look here"),
        ({**APP, "volumeMounts": [{"name": "v", "mountPath": "/x"}]}, "CreateContainerConfigError", 'no volume "v"'),
        ({**APP, "securityContext": {"runAsNonRoot": True}}, "CreateContainerConfigError", "run as root"),
        ({**APP, "resources": {"limits": {"cpu": "lots"}}}, "CreateContainerConfigError", "lots"),
    ],
)
def test_what_cannot_be_started_is_said(container: dict[str, object], reason: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ContainerError, match=words) as caught:
        spec_of(make_pod(container), tmp_path)
    assert (caught.value.container, caught.value.reason) == ("app", reason)


def test_sub_paths_stay_inside(tmp_path: Path) -> None:
    mount = {"name": "v", "mountPath": "/x", "subPath": "../../other"}
    with pytest.raises(ContainerError, match="must stay inside"):
        spec_of(make_pod({**APP, "volumeMounts": [mount]}, volumes=[{"name": "v", "emptyDir": {}}]), tmp_path)
