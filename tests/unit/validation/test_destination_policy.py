import pytest
from tests.unit.validation.found import effectless, in_legacy

TO = "destination: {name: a}"
BREAKER = "sleepWindow: 3m, httpDetectionInterval: 1s"


@pytest.mark.parametrize(
    "spec",
    [
        "destination: {name: a, labels: {version: v1}}, loadBalancing: {name: LEAST_CONN}",
        f"{TO}, circuitBreaker: {{simpleCb: {{{BREAKER}, maxConnections: 100, httpMaxEjectionPercent: 100}}}}",
    ],
)
def test_what_istio_accepted(spec: str) -> None:
    assert in_legacy("DestinationPolicy", spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("loadBalancing: {name: RANDOM}", "destination", "MissingField"),
        (f"{TO}, loadBalancing: {{}}", "loadBalancing", "MissingField"),
        (f"{TO}, loadBalancing: {{name: FASTEST}}", "loadBalancing.name", "InvalidValue"),
        (f"{TO}, source: {{}}", "source", "MissingField"),
        (f"{TO}, circuitBreaker: {{simpleCb: {{}}}}", "circuitBreaker.simpleCb.sleepWindow", "MissingField"),
        (
            f"{TO}, circuitBreaker: {{simpleCb: {{{BREAKER}, maxConnections: -1}}}}",
            "circuitBreaker.simpleCb.maxConnections",
            "InvalidValue",
        ),
        (
            f"{TO}, circuitBreaker: {{simpleCb: {{{BREAKER}, httpMaxEjectionPercent: 101}}}}",
            "circuitBreaker.simpleCb.httpMaxEjectionPercent",
            "InvalidValue",
        ),
    ],
)
def test_what_istio_refused(spec: str, path: str, code: str) -> None:
    assert (path, code) in in_legacy("DestinationPolicy", spec)


def test_what_has_no_effect() -> None:
    assert effectless("DestinationPolicy", f"{TO}, source: {{name: b}}, custom: {{a: 1}}") == ["source", "custom"]
