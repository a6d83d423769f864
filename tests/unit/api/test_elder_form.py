import pytest

from lateen.api.elder_form import with_elder_defaults
from lateen.api.meta import JsonObject

SPEC: JsonObject = {"template": {"metadata": {"labels": {"a": "b"}}}}


@pytest.mark.parametrize(
    ("version", "selector"),
    [
        ("extensions/v1beta1", {"matchLabels": {"a": "b"}}),
        ("apps/v1beta1", {"matchLabels": {"a": "b"}}),
        ("apps/v1", None),
    ],
)
def test_an_old_deployment_selects_its_own_template(version: str, selector: JsonObject | None) -> None:
    body = with_elder_defaults({"apiVersion": version, "kind": "Deployment", "spec": SPEC})
    assert body["spec"].get("selector") == selector


@pytest.mark.parametrize(
    "spec", [None, {}, {"template": []}, {"template": {"metadata": {"labels": "x"}}}, {"selector": {}}]
)
def test_malformed_documents_come_back_as_they_are(spec: object) -> None:
    body = {"apiVersion": "extensions/v1beta1", "kind": "Deployment", "spec": spec}
    assert with_elder_defaults(body) is body


@pytest.mark.parametrize("version", ["extensions/v1beta1", "networking.k8s.io/v1beta1"])
def test_an_old_ingress_has_todays_backends(version: str) -> None:
    paths = [
        {"path": "/a.*", "backend": {"serviceName": "a", "servicePort": "http"}},
        {"path": "/b", "pathType": "Exact", "backend": {"serviceName": "b", "servicePort": "8080"}},
    ]
    spec = {"backend": {"serviceName": "c", "servicePort": 80}, "rules": [{"host": "h", "http": {"paths": paths}}, {}]}
    body = with_elder_defaults({"apiVersion": version, "kind": "Ingress", "spec": spec})
    first = {"path": "/a.*", "pathType": "ImplementationSpecific"}
    assert body["spec"] == {
        "defaultBackend": {"service": {"name": "c", "port": {"number": 80}}},
        "rules": [
            {
                "host": "h",
                "http": {
                    "paths": [
                        {**first, "backend": {"service": {"name": "a", "port": {"name": "http"}}}},
                        {**paths[1], "backend": {"service": {"name": "b", "port": {"number": 8080}}}},
                    ]
                },
            },
            {},
        ],
    }


@pytest.mark.parametrize(
    "spec",
    [
        {"backend": None, "rules": "x"},
        {"rules": [None, {"http": "x"}, {"http": {"paths": [None, {}, {"backend": []}]}}]},
        {"backend": {"serviceName": "a"}},
    ],
)
def test_a_malformed_old_ingress_raises_nothing(spec: JsonObject) -> None:
    assert "spec" in with_elder_defaults({"apiVersion": "extensions/v1beta1", "kind": "Ingress", "spec": spec})
