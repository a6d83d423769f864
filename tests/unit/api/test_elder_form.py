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
