from typing import Any

import pytest
from tests.unit.apiserver.calls import pod

from lateen.apiserver.defaults import with_defaults

CONTAINER = {
    "name": "app",
    "image": "app",
    "ports": [{"containerPort": 80}],
    "readinessProbe": {"httpGet": {"port": 80}},
    "resources": {"limits": {"cpu": "1"}},
}


def test_a_service() -> None:
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    spec = with_defaults(body)["spec"]
    assert spec["type"] == "ClusterIP"
    assert spec["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert body["spec"] == {"ports": [{"port": 80}]}


def test_a_deployment_and_its_pods() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [CONTAINER]}}
    spec = with_defaults({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": template}})["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert spec["template"]["spec"]["restartPolicy"] == "Always"
    container = spec["template"]["spec"]["containers"][0]
    assert container["imagePullPolicy"] == "Always"
    assert container["ports"][0]["protocol"] == "TCP"
    assert container["readinessProbe"]["periodSeconds"] == 10
    assert container["readinessProbe"]["httpGet"] == {"port": 80, "path": "/", "scheme": "HTTP"}
    assert container["resources"]["requests"] == {"cpu": "1"}


def test_recreate_has_no_rolling_update() -> None:
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"strategy": {"type": "Recreate"}}}
    assert with_defaults(body)["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize(
    ("resources", "quality"),
    [
        ({}, "BestEffort"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
    ],
)
def test_a_pod(resources: dict[str, Any], quality: str) -> None:
    body = with_defaults(pod(containers=[{"name": "app", "image": "app:1", "resources": resources}]))
    assert body["status"] == {"phase": "Pending", "qosClass": quality}
    assert body["spec"]["serviceAccountName"] == "default"
    assert body["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


def test_a_secrets_texts_become_data() -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "b"}}
    assert with_defaults(body) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "type": "Opaque",
        "data": {"a": "Yg=="},
    }
