from datetime import UTC, datetime

import pytest

from lateen.api.codec import from_yaml
from lateen.api.deployment import Deployment
from lateen.api.duration import Duration
from lateen.api.problem import ResourceRef
from lateen.api.schema import KINDS, by_path, decode, encode, find_kind, id_of, kind_info, ref_of
from lateen.api.secret import Secret
from lateen.api.service import Service
from lateen.api.virtual_service import VirtualService


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("vs", "VirtualService"),
        ("VirtualServices", "VirtualService"),
        ("virtualservice.networking.istio.io", "VirtualService"),
        ("virtualservices.v1beta1.networking.istio.io", "VirtualService"),
        ("po", "Pod"),
        ("deploy.apps", "Deployment"),
        ("deployments.extensions", "Deployment"),
        ("ep", "Endpoints"),
        ("ns", "Namespace"),
        ("pods.apps", None),
        ("nope", None),
    ],
)
def test_kinds_are_found_by_every_name_kubectl_takes(word: str, kind: str | None) -> None:
    info = find_kind(word)
    assert (info.id if info else None) == kind


def test_the_table_has_no_clashes() -> None:
    paths = [(*pair, info.plural) for info in KINDS for pair in info.group_versions]
    words = [word for info in KINDS for word in {info.plural, info.singular, *info.short_names}]
    assert len(paths) == len(set(paths))
    assert len(words) == len(set(words))
    assert all(kind_info(info.id) is info and by_path(*info.group_versions[0], info.plural) is info for info in KINDS)


@pytest.mark.parametrize("version", ["apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"])
def test_deployments_are_served_in_all_their_versions(version: str) -> None:
    assert id_of({"apiVersion": version, "kind": "Deployment"}) == "Deployment"
    assert kind_info("Deployment").api_version == "apps/v1"


def test_a_document_becomes_a_struct_and_back() -> None:
    body = from_yaml(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        "metadata: {name: a, namespace: b, creationTimestamp: null}\nspec:\n  hosts: [x]\n  http:\n"
        "  - timeout: 1.5s\n    match: null\n    route: [{destination: {host: x}, weight: 3}]\n"
    )
    resource, problems = decode(body)
    assert problems == []
    assert isinstance(resource, VirtualService)
    assert resource.ref == ref_of(body) == ResourceRef("VirtualService", "b", "a")
    assert resource.spec.http[0].timeout == Duration(milliseconds=1500)
    assert decode(encode(resource)) == (resource, [])


def test_names_in_json_are_those_of_the_api() -> None:
    body = from_yaml(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n"
        "  volumes: [{name: v, downwardAPI: {items: []}}]\n"
        "  containers: [{name: c, image: i, ports: [{containerPort: 1, hostIP: 1.2.3.4}]}]\n"
        "status: {podIP: 10.0.0.1, hostIP: 10.0.0.2}\n"
    )
    resource, _ = decode(body)
    assert resource is not None
    assert encode(resource)["status"] == body["status"]
    assert encode(resource)["spec"]["hostPID"] is True
    outlier = {"consecutive5xxErrors": 3}
    rule = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "a"}}
    resource, _ = decode(rule | {"spec": {"host": "x", "trafficPolicy": {"outlierDetection": outlier}}})
    assert resource is not None
    assert encode(resource)["spec"]["trafficPolicy"]["outlierDetection"] == outlier


def test_an_elder_deployment_selects_its_templates_labels() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    resource, _ = decode({"apiVersion": "extensions/v1beta1", "kind": "Deployment", "spec": {"template": template}})
    assert isinstance(resource, Deployment)
    assert resource.selector.match_labels == {"a": "b"}
    assert resource.spec.replicas == 1


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    service, problems = decode(
        {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80.0, "targetPort": 8e1}]}}
    )
    assert problems == []
    assert isinstance(service, Service)
    assert service.spec.ports[0].target_port == service.spec.ports[0].port == 80


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"apiVersion": "v1", "kind": "Nope"}, "kind", "UnknownKind"),
        ({}, "kind", "UnknownKind"),
        (
            {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": "80"}]}},
            "spec.ports[0].port",
            "WrongType",
        ),
        ({"apiVersion": "v1", "kind": "Service", "spec": 3}, "spec", "WrongType"),
    ],
)
def test_what_cannot_be_read_is_a_problem(body: dict[str, object], path: str, code: str) -> None:
    resource, problems = decode(body)
    assert resource is None
    assert [(problem.path, problem.code) for problem in problems] == [(path, code)]


def test_a_secret_keeps_its_values_out_of_its_repr() -> None:
    secret, _ = decode(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"key": "aHVudGVyMg=="}}
    )
    assert isinstance(secret, Secret)
    assert "aHVudGVyMg" not in repr(secret)
    assert "key" in repr(secret)


def test_every_column_of_every_kind_survives_an_empty_document() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for info in KINDS:
        assert next(column.name for column in info.columns if column.priority == 0) in ("Name", "Last Seen")
        for column in info.columns:
            assert isinstance(column.cell({}, now), str)
