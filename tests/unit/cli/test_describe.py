"""`lateen describe`."""

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod
from tests.unit.cli.test_events import EVENTS, event
from tests.unit.cli.test_pods import DEPLOYMENTS, deployment

SERVICES = "/api/v1/namespaces/default/services"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
RULES = "/apis/networking.istio.io/v1/namespaces"

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
}


def rule(kind: str, name: str, **spec: object) -> dict[str, object]:
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def full(mesh: CliMesh) -> CliMesh:
    mesh.add(SERVICES, SERVICE)
    mesh.add(PODS, *pod("a", app="web", ip="10.0.0.1"))
    short = rule("VirtualService", "short", hosts=["web"], http=[{"route": [{"destination": {"host": "web"}}]}])
    mesh.add(f"{RULES}/default/virtualservices", short)
    mesh.add(
        f"{RULES}/istio-system/destinationrules", rule("DestinationRule", "long", host="web.default.svc.cluster.local")
    )
    # The same short name in another namespace is another host.
    other = rule("VirtualService", "other", hosts=["web"], http=[{"route": [{"destination": {"host": "web"}}]}])
    mesh.add(f"{RULES}/istio-system/virtualservices", other)
    return mesh


def lines_of(mesh: CliMesh, *words: str) -> list[str]:
    return [" ".join(line.split()) for line in mesh.run("describe", *words).lines]


def test_a_pod_with_what_the_mesh_does_with_it(full: CliMesh) -> None:
    state = {"status": "SYNCED", "message": "", "resources": []}
    full.syncz = [{"proxy": "a.default", "types": {"CDS": state, "RDS": state}}]
    full.add(EVENTS, event("started", "2021-01-01T00:00:00Z"))
    lines = lines_of(full, "pod/a")
    for line in (
        "Name: a",
        "Status: Running",
        "IP: 10.0.0.1",
        "Services: web",
        "Rules: VirtualService default/short",
        "DestinationRule istio-system/long",
        "Proxy: CDS SYNCED, RDS SYNCED",
        "istio-proxy:",
        "Ready True",
    ):
        assert line in lines
    assert "other" not in " ".join(lines)
    assert lines[-1].startswith("Normal Started")
    assert lines[-1].endswith("it started")


def test_the_sidecar_in_force_for_a_pod(full: CliMesh) -> None:
    for name, app in (("mine", "web"), ("others", "else")):
        selector = {"labels": {"app": app}}
        sidecar = rule("Sidecar", name, workloadSelector=selector, egress=[{"hosts": ["./*"]}])
        full.add(f"{RULES}/default/sidecars", sidecar)
    lines = lines_of(full, "pod/a")
    assert "Sidecar default/mine" in lines
    assert "Sidecar default/others" not in " ".join(lines)


def test_the_sidecar_of_the_root_namespace_for_a_pod(full: CliMesh) -> None:
    full.add("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "roots"}})
    full.add(f"{RULES}/roots/sidecars", rule("Sidecar", "all", egress=[{"hosts": ["./*"]}]))
    assert "Sidecar roots/all" not in lines_of(full, "pod/a")
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio"}}
    full.add("/api/v1/namespaces/istio-system/configmaps", settings | {"data": {"mesh": "rootNamespace: roots"}})
    assert "Sidecar roots/all" in lines_of(full, "pod/a")


def test_why_a_pod_is_not_of_the_mesh(full: CliMesh) -> None:
    assert "Proxy: not connected to the control plane" in lines_of(full, "pod", "a")
    full.add(PODS, *pod("plain", proxy=False))
    assert any(line.startswith("Proxy: none: the pod has no sidecar") for line in lines_of(full, "pod", "plain"))


def test_a_service_with_its_endpoints_and_rules(full: CliMesh) -> None:
    endpoints = [{"addresses": ["10.0.0.1"]}, {"addresses": ["10.0.0.2"], "conditions": {"ready": False}}]
    labels = {"kubernetes.io/service-name": "web"}
    full.add(
        SLICES,
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "web-1", "labels": labels},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080}],
            "endpoints": endpoints,
        },
    )
    lines = lines_of(full, "svc/web")
    for line in ("Selector: app=web", "Port: http 80/TCP", "TargetPort: 8080/TCP", "Endpoints: 10.0.0.1:8080"):
        assert line in lines
    assert lines[-3:] == ["Rules: VirtualService default/short", "DestinationRule istio-system/long", "Events: <none>"]


def test_a_deployment_with_its_pods(full: CliMesh) -> None:
    full.add(DEPLOYMENTS, deployment("web"), {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1})
    lines = lines_of(full, "deploy", "web")
    assert "Replicas: 1 desired | 1 updated | 1 total | 0 available | 0 unavailable" in lines
    assert "RollingUpdateStrategy: 25% max unavailable, 25% max surge" in lines
    assert "a Running" in lines


def test_a_secret_shows_sizes_only(mesh: CliMesh) -> None:
    mesh.run("create", "secret", "generic", "s", "--from-literal", "password=hunter2")
    out = mesh.run("describe", "secret/s").out
    assert "password:  7 bytes" in out
    assert "hunter2" not in out
    assert "aHVudGVyMg" not in out


def test_other_kinds_show_their_fields_as_yaml(mesh: CliMesh) -> None:
    mesh.run("create", "cm", "c", "--from-literal", "key=value")
    assert "Data:\n  key: value\n" in mesh.run("describe", "cm/c").out


def test_several_and_none(full: CliMesh) -> None:
    assert full.run("describe", "svc/web", "pod/a").out.count("\nEvents:") == 2
    assert full.run("describe", "vs", "-A").out.count("Kind:") == 2
    assert full.run("describe", "cm", "-l", "x=y").err == "No resources found in default namespace.\n"
    assert "not found" in full.run("describe", "pod", "nope", code=1).err
