import pytest

from lateen.apiserver.target import parse_target


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/pods", ("Pod", "", "", "", "")),
        ("/api/v1/namespaces", ("Namespace", "", "", "", "")),
        ("/api/v1/namespaces/a", ("Namespace", "", "a", "", "")),
        ("/api/v1/namespaces/a/status", ("Namespace", "", "a", "status", "")),
        ("/api/v1/namespaces/a/pods", ("Pod", "a", "", "", "")),
        ("/api/v1/namespaces/a/pods/p/log", ("Pod", "a", "p", "log", "")),
        ("/api/v1/namespaces/a/pods/p:80/proxy/x%20y/z/", ("Pod", "a", "p:80", "proxy", "x%20y/z/")),
        ("/apis/networking.istio.io/v1alpha3/namespaces/a/gateways/g", ("Gateway", "a", "g", "", "")),
        ("/apis/extensions/v1beta1/deployments", ("Deployment", "", "", "", "")),
        ("/api/v1/nodes/one", ("Node", "", "one", "", "")),
    ],
)
def test_paths_name_kinds_and_resources(path: str, expected: tuple[str, ...]) -> None:
    target = parse_target(path)
    assert target is not None
    assert (target.info.id, target.namespace, target.name, target.subresource, target.rest) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1",
        "/api/v2/pods",
        "/api/v1/frogs",
        "/api/v1/pods/without-namespace",
        "/api/v1/namespaces/a/nodes",
        "/apis/networking.istio.io/v9/gateways",
        "/apis/apps/v1",
    ],
)
def test_other_paths_lead_nowhere(path: str) -> None:
    assert parse_target(path) is None


def test_documents_come_in_the_version_of_the_request() -> None:
    target = parse_target("/apis/networking.istio.io/v1beta1/namespaces/a/gateways/g")
    assert target is not None
    stored = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway"}
    assert target.present(stored)["apiVersion"] == "networking.istio.io/v1beta1"
    assert stored["apiVersion"] == "networking.istio.io/v1"
