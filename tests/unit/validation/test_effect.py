import pytest
from tests.unit.validation.found import ISTIO, problems_in

from lateen.api.field_path import parse_path
from lateen.api.problem import Severity
from lateen.validation.json_schema import schema_of
from lateen.validation.no_effects import NO_EFFECTS, NoEffect


def without_effect(kind: str, spec: str) -> list[str]:
    problems = problems_in(ISTIO.format(kind=kind, spec=spec))
    assert all(problem.severity is Severity.WARNING for problem in problems)
    return [problem.path for problem in problems if problem.code == "NoEffect"]


@pytest.mark.parametrize(
    ("kind", "spec", "paths"),
    [
        (
            "VirtualService",
            "{hosts: [a], tcp: [{match: [{port: 1}, {sourceSubnet: 10.0.0.0/8}], route: [{destination: {host: a}}]}]}",
            ["spec.tcp[0].match[1].sourceSubnet"],
        ),
        ("VirtualService", "{hosts: [a], http: [{route: [{destination: {host: a}}]}]}", []),
        (
            "DestinationRule",
            "{host: a, subsets: [{name: v, trafficPolicy: "
            "{portLevelSettings: [{port: {number: 1}, tls: {mode: ISTIO_MUTUAL}}]}}]}",
            ["spec.subsets[0].trafficPolicy.portLevelSettings[0].tls.mode"],
        ),
        ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}", []),
        ("WorkloadEntry", "{address: 1.1.1.1}", ["spec"]),
    ],
)
def test_fields_without_effect_are_warnings(kind: str, spec: str, paths: list[str]) -> None:
    assert without_effect(kind, spec) == paths


def test_pods_and_their_templates_have_the_same_entries() -> None:
    pod = "{nodeSelector: {a: b}, hostPID: false, volumes: [{name: v, nfs: {path: /}}], "
    pod += "containers: [{name: c, image: i, tty: true}]}"
    plain = problems_in(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {pod}\n")
    assert [problem.path for problem in plain] == ["spec.nodeSelector", "spec.volumes[0].nfs", "spec.containers[0].tty"]
    spec = f"{{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {pod}}}}}"
    template = problems_in(f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: p}}\nspec: {spec}\n")
    assert [problem.path for problem in template] == [
        problem.path.replace("spec.", "spec.template.spec.", 1) for problem in plain
    ]


@pytest.mark.parametrize("value", ["default-scheduler", "mine"])
def test_what_the_api_fills_in_is_worth_no_warning(value: str) -> None:
    spec = f"{{schedulerName: {value}, containers: [{{name: c, image: i, terminationMessagePolicy: File}}]}}"
    found = problems_in(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\n")
    assert [problem.path for problem in found] == (["spec.schedulerName"] if value == "mine" else [])


@pytest.mark.parametrize(("selector", "paths"), [("app: a", ["spec.type"]), ("istio: ingressgateway", [])])
def test_node_ports_are_opened_for_gateways_only(selector: str, paths: list[str]) -> None:
    spec = f"{{type: NodePort, selector: {{{selector}}}, ports: [{{port: 80}}]}}"
    found = problems_in(f"apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {spec}\n")
    assert [problem.path for problem in found if problem.code == "NoEffect"] == paths


@pytest.mark.parametrize("entry", NO_EFFECTS, ids=lambda entry: f"{entry.kind} {entry.path}")
def test_every_entry_names_a_field_that_exists(entry: NoEffect) -> None:
    schema = schema_of(entry.kind)
    for step in parse_path(entry.path):
        entries = "items" if "items" in schema else "additionalProperties"
        schema = schema[entries] if step == "*" else schema["properties"][step]
