import copy
import json
from typing import Any

import pytest

from lateen.api.codec import from_yaml
from lateen.api.schema import decode
from lateen.model.injection import inject, inject_workload, wants_injection
from lateen.model.proxy_container import InjectionSettings

INJECT = "sidecar.istio.io/inject"


@pytest.mark.parametrize(
    ("namespace", "labels", "annotations", "expected"),
    [
        ({}, {}, {}, False),
        ({"istio-injection": "enabled"}, {}, {}, True),
        ({"istio-injection": "enabled"}, {INJECT: "false"}, {}, False),
        ({"istio-injection": "enabled"}, {}, {INJECT: "false"}, False),
        (
            {"istio-injection": "enabled"},
            {INJECT: "true"},
            {INJECT: "false"},
            True,
        ),
        ({"istio-injection": "disabled"}, {INJECT: "true"}, {}, False),
        ({}, {INJECT: "true"}, {}, True),
        ({}, {}, {INJECT: "true"}, False),
        ({"istio.io/rev": "default"}, {}, {}, True),
        ({"istio.io/rev": "canary"}, {}, {}, False),
        ({"istio.io/rev": "canary", "istio-injection": "enabled"}, {}, {}, True),
        ({}, {"istio.io/rev": "default"}, {}, True),
        ({}, {"istio.io/rev": "canary", INJECT: "true"}, {}, False),
    ],
)
def test_who_gets_a_sidecar(
    namespace: dict[str, str], labels: dict[str, str], annotations: dict[str, str], expected: bool
) -> None:
    assert wants_injection(labels, annotations, namespace) is expected


def test_never_in_the_hosts_network_nor_in_system_namespaces() -> None:
    enabled = {"istio-injection": "enabled"}
    assert not wants_injection({}, {}, enabled, host_network=True)
    assert not wants_injection({}, {}, enabled, namespace="kube-system")


POD: dict[str, Any] = from_yaml(
    """
apiVersion: v1
kind: Pod
metadata:
  name: reviews-v1-abc-1
  namespace: default
  labels: {app: reviews, version: v1, pod-template-hash: abc}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: reviews-v1-abc, uid: u, controller: true}]
spec:
  containers:
  - {name: reviews, image: reviews, ports: [{containerPort: 9080}]}
"""
)


def proxy(pod: dict[str, Any]) -> dict[str, Any]:
    (found,) = [each for each in pod["spec"]["containers"] if each["name"] == "istio-proxy"]
    return found  # type: ignore[no-any-return]


def environment(pod: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in proxy(pod)["env"]}


def test_a_pod_gets_a_proxy_that_knows_who_it_stands_beside() -> None:
    before = copy.deepcopy(POD)
    pod = inject(POD)
    assert before == POD
    assert [each["name"] for each in pod["spec"]["containers"]] == ["reviews", "istio-proxy"]
    assert proxy(pod)["args"][:2] == ["proxy", "sidecar"]
    assert proxy(pod)["readinessProbe"]["httpGet"] == {"path": "/healthz/ready", "port": 15021}
    found = environment(pod)
    assert found["POD_NAME"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert found["ISTIO_META_WORKLOAD_NAME"] == "reviews-v1"
    assert found["ISTIO_META_OWNER"] == "kubernetes://apis/apps/v1/namespaces/default/deployments/reviews-v1"
    assert found["ISTIO_META_APP_CONTAINERS"] == "reviews"
    assert json.loads(found["ISTIO_META_POD_PORTS"]) == [{"containerPort": 9080}]
    labels = pod["metadata"]["labels"]
    assert labels["service.istio.io/canonical-name"] == "reviews"
    assert labels["service.istio.io/canonical-revision"] == "v1"
    assert "security.istio.io/tlsMode" not in labels
    annotations = pod["metadata"]["annotations"]
    assert annotations["kubectl.kubernetes.io/default-container"] == "reviews"
    assert json.loads(annotations["sidecar.istio.io/status"])["containers"] == ["istio-proxy"]


def test_the_result_is_a_valid_pod_and_injecting_twice_is_injecting_once() -> None:
    pod = inject(POD)
    assert decode(pod)[1] == []
    assert inject(pod) is pod


def test_the_pods_own_words_about_its_proxy_win() -> None:
    pod = copy.deepcopy(POD)
    pod["metadata"]["annotations"] = {"sidecar.istio.io/proxyCPU": "2", "sidecar.istio.io/proxyMemoryLimit": "1Gi"}
    pod["spec"]["containers"].append(
        {"name": "istio-proxy", "image": "auto", "env": [{"name": "TRUST_DOMAIN", "value": "mine"}, {"name": "A"}]}
    )
    injected = inject(pod, InjectionSettings(image="docker.io/istio/proxyv2:test"))
    assert proxy(injected)["image"] == "docker.io/istio/proxyv2:test"
    assert proxy(injected)["resources"] == {"requests": {"cpu": "2"}, "limits": {"memory": "1Gi"}}
    assert environment(injected)["TRUST_DOMAIN"] == "mine"
    assert "A" in environment(injected)
    assert "POD_NAME" in environment(injected)


def test_a_gateway_pod_runs_a_router_on_its_own_ports() -> None:
    pod = copy.deepcopy(POD)
    pod["metadata"]["annotations"] = {"inject.istio.io/templates": "gateway"}
    pod["spec"]["containers"] = [{"name": "istio-proxy", "image": "auto", "ports": [{"containerPort": 8080}]}]
    injected = inject(pod)
    assert proxy(injected)["args"][:2] == ["proxy", "router"]
    assert [each["containerPort"] for each in proxy(injected)["ports"]] == [15090, 8080]
    assert "kubectl.kubernetes.io/default-container" not in injected["metadata"]["annotations"]


DEPLOYMENT: dict[str, Any] = from_yaml(
    """
apiVersion: apps/v1
kind: Deployment
metadata: {name: sleep}
spec:
  template:
    metadata: {labels: {app: sleep}}
    spec: {containers: [{name: sleep, image: curl}]}
"""
)


def test_kube_inject_changes_the_template_of_a_workload_and_nothing_else() -> None:
    changed = inject_workload(DEPLOYMENT)
    template = changed["spec"]["template"]
    assert environment(template)["ISTIO_META_WORKLOAD_NAME"] == "sleep"
    assert decode(changed)[1] == []
    assert len(DEPLOYMENT["spec"]["template"]["spec"]["containers"]) == 1
    assert changed["metadata"] == DEPLOYMENT["metadata"]
    assert inject_workload({"kind": "List", "items": [DEPLOYMENT]})["items"] == [changed]


def test_kube_inject_leaves_alone_what_declines_and_what_has_no_pods() -> None:
    declining = copy.deepcopy(DEPLOYMENT)
    declining["spec"]["template"]["metadata"]["annotations"] = {INJECT: "false"}
    assert inject_workload(declining) == declining
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}
    assert inject_workload(service) is service
    assert inject_workload({"kind": "Deployment", "spec": None}) == {"kind": "Deployment", "spec": None}
