from lateen.api.schema import KINDS
from lateen.apiserver import discovery
from lateen.apiserver.openapi import openapi_document, openapi_index

KUBECTL = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


def test_both_forms_name_every_kind_in_every_version() -> None:
    expected = {(f"{group}/{version}", info.plural) for info in KINDS for group, version in info.group_versions}
    plain, aggregated = set(), set()
    for group, versions in discovery.group_versions().items():
        for version in versions:
            body = discovery.resource_list(group, version)
            assert body is not None
            plain |= {(f"{group}/{version}", each["name"]) for each in body["resources"] if "/" not in each["name"]}
    for core in (True, False):
        body, _ = discovery.aggregated("v2", core=core)
        for item in body["items"]:
            for entry in item["versions"]:
                group = f"{item['metadata'].get('name', '')}/{entry['version']}"
                aggregated |= {(group, resource["resource"]) for resource in entry["resources"]}
    assert plain == aggregated == expected


def test_what_kubectl_asks_for() -> None:
    assert discovery.aggregated_version(KUBECTL) == "v2"
    assert discovery.aggregated_version("application/json") == ""
    assert discovery.aggregated("v2", core=False)[1] == (
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    )


def test_old_groups_come_last_and_without_short_names() -> None:
    groups = list(discovery.group_versions())
    assert groups[0] == ""
    assert groups[-1] == "extensions"
    body = discovery.resource_list("extensions", "v1beta1")
    assert body is not None
    assert "shortNames" not in body["resources"][0]


def test_unknown_groups_are_missing() -> None:
    assert discovery.group_document("frogs") is None
    assert discovery.resource_list("frogs", "v1") is None
    assert openapi_document("frogs", "v1") is None


def test_openapi_names_every_kind_and_what_kubectl_looks_for() -> None:
    for path in openapi_index()["paths"]:
        _, *group, version = path.split("/")
        document = openapi_document("".join(group), version)
        assert document is not None
        patches = [operations["patch"] for operations in document["paths"].values() if "patch" in operations]
        kinds = {patch["x-kubernetes-group-version-kind"]["kind"] for patch in patches}
        described = {
            names["kind"]
            for schema in document["components"]["schemas"].values()
            for names in schema.get("x-kubernetes-group-version-kind", [])
        }
        assert kinds == described == {i.kind for i in KINDS if ("".join(group), version) in i.group_versions}
        for patch in patches:
            assert {"dryRun", "fieldValidation"} <= {parameter["name"] for parameter in patch["parameters"]}


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document("", "v1")
    assert document is not None
    schemas = document["components"]["schemas"]
    for reference in _references(schemas):
        assert reference.removeprefix("#/components/schemas/") in schemas


def _references(schema: object) -> list[str]:
    if isinstance(schema, list):
        return [found for each in schema for found in _references(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [found for each in schema.values() for found in _references(each)]
