import pytest
from tests.unit.analysis.found import found, pod, rule

NAME = "telemetry.SelectorAnalyzer"
POD = pod("p", "{app: a, v: '1'}")


def telemetry(name: str, labels: str) -> str:
    return rule("Telemetry", name, f"{{selector: {{matchLabels: {labels}}}}}")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([telemetry("s", "{app: a}")], []),
        ([telemetry("s", "{app: b}")], [("IST0101", "default/s")]),
        ([telemetry("b/s", "{app: a}")], [("IST0101", "b/s")]),
        (
            [telemetry("s", "{app: a}"), telemetry("t", "{v: '1'}")],
            [("IST0159", "default/s"), ("IST0159", "default/t")],
        ),
        ([telemetry("s", "{}"), telemetry("t", "{}"), rule("Telemetry", "u", "{}")], []),
    ],
)
def test_which_workloads_telemetries_select(documents: list[str], expected: list[tuple[str, str]]) -> None:
    path = "spec.selector.matchLabels"
    assert found(NAME, POD, *documents) == [(code, f"Telemetry {name}", path) for code, name in expected]
