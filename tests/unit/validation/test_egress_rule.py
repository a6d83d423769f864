import pytest
from tests.unit.validation.found import in_legacy

HTTP = "ports: [{port: 80, protocol: http}]"


@pytest.mark.parametrize(
    "spec",
    [
        "destination: {service: '*.google.com'}, ports: [{port: 80, protocol: HTTP}, {port: 443, protocol: https}]",
        f"destination: {{service: '*'}}, {HTTP}",
        f"destination: {{service: '*-bar.foo.com'}}, {HTTP}",
        "destination: {service: 10.10.10.0/24}, ports: [{port: 27017, protocol: mongo}]",
        f"destination: {{service: 10.10.10.1}}, {HTTP}, use_egress_proxy: false",
    ],
)
def test_what_istio_accepted(spec: str) -> None:
    assert in_legacy("EgressRule", spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        (HTTP, "destination", "MissingField"),
        (f"destination: {{name: a}}, {HTTP}", "destination.name", "Unsupported"),
        (f"destination: {{service: a.com, labels: {{a: b}}}}, {HTTP}", "destination.labels", "Unsupported"),
        (f"destination: {{service: 'a..com'}}, {HTTP}", "destination.service", "InvalidHost"),
        ("destination: {service: a.com}", "ports", "MissingField"),
        (f"destination: {{service: 10.0.0.0/8}}, {HTTP}", "ports[0].protocol", "Conflict"),
        ("destination: {service: a.com}, ports: [{port: 80, protocol: udp}]", "ports[0].protocol", "InvalidValue"),
        ("destination: {service: a.com}, ports: [{port: 0, protocol: http}]", "ports[0].port", "InvalidPort"),
        (
            "destination: {service: a.com}, ports: [{port: 80, protocol: http}, {port: 80, protocol: tcp}]",
            "ports[1].port",
            "Duplicate",
        ),
        (f"destination: {{service: a.com}}, {HTTP}, useEgressProxy: true", "useEgressProxy", "Unsupported"),
        (f"destination: {{service: a.com}}, {HTTP}, use_egress_proxy: true", "use_egress_proxy", "Unsupported"),
    ],
)
def test_what_istio_refused(spec: str, path: str, code: str) -> None:
    assert (path, code) in in_legacy("EgressRule", spec)
