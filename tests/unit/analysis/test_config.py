from tests.unit.analysis.found import core, given, rule, service

from lateen.analysis.run import analyze


def legacy(kind: str, name: str, spec: str) -> str:
    head = f"apiVersion: config.istio.io/v1alpha2\nkind: {kind}\nmetadata: {{name: {name}, namespace: default}}\n"
    return f"{head}spec: {spec}\n"


def test_what_a_legacy_resource_declares_is_there() -> None:
    egress = legacy("EgressRule", "e", "{destination: {service: '*.example.com'}, ports: [{port: 80, protocol: http}]}")
    routes = rule("VirtualService", "r", "{hosts: [a], http: [{route: [{destination: {host: www.example.com}}]}]}")
    assert [problem.code for problem in analyze(given(routes))] == ["IST0101"]
    assert analyze(given(routes, egress)) == ()


def test_a_finding_about_what_a_legacy_resource_means_is_told_to_that_resource() -> None:
    old = legacy("RouteRule", "old", "{destination: {name: a}, route: [{labels: {version: v9}}]}")
    found = analyze(given(service("a", "80:http", selector="{app: a}"), old))
    assert {(problem.code, str(problem.resource)) for problem in found} == {("IST0173", "RouteRule default/old")}
    assert {problem.origin.file for problem in found} == {"f.yaml"}


def test_mesh_settings_are_read() -> None:
    settings = core("ConfigMap", "istio-system/istio", "data:\n  mesh: |\n    rootNamespace: roots\n    other: 1")
    config = given(settings)
    assert config.settings.root_namespace == "roots"
    assert config.mesh_config["other"] == 1
    assert given(settings.replace("rootNamespace:", "- ")).mesh_config == {}
