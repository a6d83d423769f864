import pytest
from tests.unit.analysis.found import core, found, rule

NAME = "telemetry.ProviderAnalyzer"
MESH = core("ConfigMap", "istio-system/istio", "data: {mesh: 'defaultProviders: {accessLogging: [envoy]}'}")


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ("{accessLogging: [{providers: [{name: envoy}]}]}", []),
        ("{accessLogging: [{disabled: true}]}", []),
        ("{accessLogging: [{providers: [{name: envoy}]}, {filter: {expression: x}}]}", ["spec.accessLogging[1]"]),
    ],
)
def test_access_logging_that_goes_nowhere(spec: str, paths: list[str]) -> None:
    telemetry = rule("Telemetry", "t", spec)
    assert found(NAME, telemetry) == [("IST0157", "Telemetry default/t", path) for path in paths]
    assert found(NAME, telemetry, MESH) == []
