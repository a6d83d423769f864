from tests.unit.analysis.found import core, found, rule

NAME = "telemetry.LightstepAnalyzer"
TELEMETRY = rule("Telemetry", "t", "{tracing: [{providers: [{name: ot}, {name: ls}]}]}")
PROVIDERS = "extensionProviders: [{name: ls, lightstep: {port: 443}}, {name: ot, opentelemetry: {port: 1}}]"


def test_traces_that_go_to_lightstep() -> None:
    mesh = core("ConfigMap", "istio-system/istio", f"data: {{mesh: '{PROVIDERS}'}}")
    expected = ("IST0002", "Telemetry default/t", "spec.tracing[0].providers[1].name")
    assert found(NAME, TELEMETRY, mesh) == [expected]
    assert found(NAME, TELEMETRY) == []
