import pytest
from tests.unit.analysis.found import core, found, pod, problems_by, rule

from lateen.api.problem import Severity

NAME = "sidecar.SelectorAnalyzer"
PATH = "spec.workloadSelector.labels"
POD = pod("p", "{app: a, v: '1'}")


def sidecar(name: str, labels: str = "") -> str:
    return rule("Sidecar", name, f"{{workloadSelector: {{labels: {labels}}}}}" if labels else "{}")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([POD, sidecar("s", "{app: a}")], []),
        ([POD, sidecar("s", "{app: b}")], [("IST0101", "default/s", PATH)]),
        ([POD, sidecar("b/s", "{app: a}")], [("IST0101", "b/s", PATH)]),
        (
            [POD, sidecar("s", "{app: a}"), sidecar("t", "{v: '1'}")],
            [("IST0110", "default/s", PATH), ("IST0110", "default/t", PATH)],
        ),
        ([sidecar("s"), sidecar("b/s")], []),
        ([sidecar("s"), sidecar("t")], [("IST0111", "default/s", "spec"), ("IST0111", "default/t", "spec")]),
        (
            [core("Namespace", "default", meta="labels: {istio.io/dataplane-mode: ambient}"), sidecar("s")],
            [("IST0167", "default/s", "spec")],
        ),
    ],
)
def test_which_workloads_sidecars_select(documents: list[str], expected: list[tuple[str, str, str]]) -> None:
    assert sorted(found(NAME, *documents)) == [(code, f"Sidecar {name}", path) for code, name, path in expected]


def test_several_pods_of_one_conflict_are_one_finding() -> None:
    more = pod("q", "{app: a, v: '1'}")
    assert len(found(NAME, POD, more, sidecar("s", "{app: a}"), sidecar("t", "{v: '1'}"))) == 2


@pytest.mark.parametrize("labels", ["", "{app: a}"])
def test_the_sidecar_in_force_is_not_said_to_be_out_of_effect(labels: str) -> None:
    problems = problems_by(NAME, POD, sidecar("s", labels), sidecar("t", labels))
    levels = {each.resource.name: each.severity for each in problems if each.resource}
    assert levels == {"s": Severity.WARNING, "t": Severity.ERROR}
