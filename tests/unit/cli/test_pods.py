"""Which pod, and which container in it, is meant."""

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.pods import choose_container, container_names, find_pod, find_pods

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


def deployment(name: str) -> dict[str, object]:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "app", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_of_a_deployment_or_service_a_ready_one_is_taken(mesh: CliMesh) -> None:
    mesh.add(DEPLOYMENTS, deployment("web"))
    mesh.add(PODS, *pod("web-1", app="web", ready=False))
    mesh.add(PODS, *pod("web-2", app="web"))
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    mesh.add("/api/v1/namespaces/default/services", {"apiVersion": "v1", "kind": "Service", **service})
    with mesh.client as client:
        assert find_pod(client, "deploy/web", "default")["metadata"]["name"] == "web-2"
        assert find_pod(client, "svc/web", "default")["metadata"]["name"] == "web-2"
        assert find_pod(client, "web-1", "default")["metadata"]["name"] == "web-1"
        assert len(find_pods(client, "deploy/web", "default")) == 2


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("web", 'pods "web" not found; there is a deployment of that name: write deploy/web'),
        ("nope", 'Error from server (NotFound): pods "nope" not found\n'),
        ("deploy/web", "error: deployment.apps/web has no pod now"),
        ("cm/c", "error: configmap/c has no pods of its own"),
    ],
)
def test_what_has_no_pod_is_told_with_the_next_step(mesh: CliMesh, word: str, message: str) -> None:
    mesh.add(DEPLOYMENTS, deployment("web"))
    mesh.run("create", "cm", "c")
    assert message in mesh.run("logs", word, code=1).err


def test_the_default_container_is_annotated_or_the_first_that_is_no_proxy() -> None:
    body, _ = pod("a")
    body["spec"]["containers"].reverse()
    body["spec"]["initContainers"] = [{"name": "init"}]
    assert choose_container(body, "") == "app"
    assert choose_container(body, "init") == "init"
    assert container_names(body) == ["init", "istio-proxy", "app"]
    body["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "istio-proxy"}
    assert choose_container(body, "") == "istio-proxy"
