import pytest
from tests.unit.analysis.found import core, found, pod, problems_by

NAME = "applicationUID.Analyzer"
USER = "securityContext: {runAsUser: 1337}"


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (f"{USER}, containers: [{{name: a}}]", "securityContext.runAsUser"),
        (f"containers: [{{name: a}}, {{name: b, {USER}}}]", "containers[1].securityContext.runAsUser"),
        (f"containers: [{{name: istio-proxy, {USER}}}]", ""),
        ("containers: [{name: a, securityContext: {runAsUser: 1000}}]", ""),
    ],
)
def test_who_runs_as_the_proxy(spec: str, path: str) -> None:
    own = [("IST0144", "Pod default/p", f"spec.{path}")] if path else []
    made = [("IST0144", "Deployment default/d", f"spec.template.spec.{path}")] if path else []
    assert found(NAME, pod("p", "{app: a}", spec)) == own
    assert found(NAME, core("Deployment", "d", f"spec: {{template: {{spec: {{{spec}}}}}}}")) == made


def test_the_control_plane_is_left_alone() -> None:
    assert found(NAME, pod("p", "{istio: pilot}", f"{USER}, containers: []")) == []


def test_a_workload_is_one_finding() -> None:
    [problem] = problems_by(NAME, pod("p", "{app: a}", f"{USER}, containers: [{{name: a, {USER}}}]"))
    assert problem.hint == "also at spec.containers[0].securityContext.runAsUser"
