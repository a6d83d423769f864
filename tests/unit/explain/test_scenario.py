from tests.support.explaining import MESH, SERVICES, SUBSETS, ask, deployment, scenario, virtual_service

from lateen.api.codec import parse_documents
from lateen.explain.result import Topic
from lateen.explain.scenario import build_scenario

ROUTE = virtual_service("  - route: [{destination: {host: reviews, subset: v2}}]\n")


def test_deployments_have_ready_pods_with_proxies_and_services_have_addresses_and_endpoints() -> None:
    made = scenario(MESH + deployment("many", replicas=3))
    pods = {name: each for (_, name), each in made.snapshot.workloads.items()}
    assert {"reviews-v1-1", "many-1", "many-2", "many-3"} <= pods.keys()
    assert all(each.ready and each.has_sidecar and each.address for each in pods.values())
    assert len({each.address for each in pods.values()}) == len(pods)
    endpoints = made.snapshot.endpoints["default", "reviews.default.svc.cluster.local", 9080]
    assert {each.workload for each in endpoints} == {"reviews-v1", "reviews-v2"}


def test_hosts_of_service_entries_have_addresses_as_in_a_running_mesh() -> None:
    entry = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: %s}
spec: {hosts: [%s.example.com], ports: [{number: 3306, name: mysql, protocol: TCP}], resolution: DNS}
"""
    given = entry % ("a", "a") + "status: {addresses: [{value: 240.240.0.9, host: a.example.com}]}\n"
    services = scenario(MESH + given + entry % ("b", "b")).snapshot.services
    assert services["default", "a.example.com"].addresses == ("240.240.0.9",)
    assert services["default", "b.example.com"].addresses[0].startswith("240.240.")


def test_pods_that_are_described_are_not_made_up() -> None:
    pod = """
---
apiVersion: v1
kind: Pod
metadata: {name: given, labels: {app: reviews}}
spec: {containers: [{name: app, image: app}]}
"""
    made = scenario(SERVICES + pod)
    assert list(made.snapshot.workloads) == [("default", "given")]


def test_a_namespace_that_is_described_decides_on_proxies() -> None:
    namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
    workloads = scenario(MESH + namespace).snapshot.workloads
    assert {each.has_sidecar for each in workloads.values()} == {False}


def test_invalid_documents_are_left_out_and_named() -> None:
    text = MESH + virtual_service("  - route: [{destination: {}}]\n")
    documents, _ = parse_documents(text, "mesh.yaml")
    made = build_scenario(documents)
    assert made.snapshot.virtual_services == ()
    assert any(each.origin.file == "mesh.yaml" for each in made.problems)


def test_rules_that_come_alone_get_services_workloads_and_subsets() -> None:
    made = scenario(ROUTE, ports=frozenset({9080}))
    found = ask(made, "http://reviews:9080/", "anybody")
    assert [(each.subset, each.port) for each in found.clusters] == [("v2", 9080)]
    assert [each.workload for each in found.endpoints] == ["reviews-v2"]
    assert len([each for each in found.steps if each.topic is Topic.NOTE]) == 3


def test_services_that_come_alone_get_workloads_for_their_subsets() -> None:
    found = ask(scenario(SERVICES + SUBSETS + ROUTE), "http://reviews:9080/", "anybody")
    assert [each.workload for each in found.endpoints] == ["reviews-v2"]


def test_gateways_that_rules_are_bound_to_are_assumed() -> None:
    rule = virtual_service(
        "  - route: [{destination: {host: reviews}}]\n", hosts="[shop.example.com]", more="gateways: [infra/shop]"
    )
    found = ask(scenario(rule, gateway=True), "http://shop.example.com/", "gateway/shop")
    assert [each.service for each in found.clusters] == ["reviews.default.svc.cluster.local"]


def test_files_are_taken_as_if_applied_to_what_runs() -> None:
    running = [each.body for each in parse_documents(MESH + SUBSETS, "")[0]]
    for body in running:
        body["metadata"]["namespace"] = "default"
        if body["kind"] == "Service":
            body["spec"]["clusterIP"] = f"10.1.1.{len(body['metadata']['name'])}"
    running[-1]["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    documents, _ = parse_documents(ROUTE + "---" + SERVICES, "new.yaml")
    made = build_scenario(documents, running=running)
    found = ask(made, "http://reviews:9080/")
    assert (found.call.address, [each.subset for each in found.clusters]) == ("10.1.1.7", ["v2"])
    assert found.route is not None
    assert found.route.file == "new.yaml"


def test_what_is_new_is_younger_than_what_runs() -> None:
    elder = parse_documents(MESH + virtual_service("  - directResponse: {status: 201}\n", name="z"), "")[0]
    running = [{**each.body, "metadata": {**each.body["metadata"], "namespace": "default"}} for each in elder]
    running[-1]["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    documents, _ = parse_documents(virtual_service("  - directResponse: {status: 202}\n", name="a"), "new.yaml")
    assert ask(build_scenario(documents, running=running), "http://reviews:9080/").status == 201
    assert ask(build_scenario([*documents, *elder]), "http://reviews:9080/").status == 202


def test_kinds_that_are_not_there_are_warned_of_and_slips_are_mistakes() -> None:
    head = "---\napiVersion: {0}\nkind: {1}\nmetadata: {{name: it}}\n"
    kinds = (("security.istio.io/v1", "AuthorizationPolicy"), ("networking.istio.io/v1", "VirtualServise"))
    other = head.format("batch/v1", "Job")
    documents, _ = parse_documents(MESH + other + "".join(head.format(*each) for each in kinds), "mesh.yaml")
    made = build_scenario(documents)
    assert [(each.severity, each.code) for each in made.problems] == [("Warning", "NoEffect"), ("Error", "UnknownKind")]
