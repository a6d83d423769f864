import pytest
from tests.unit.analysis.found import core, found

NAME = "deployment.MultiServiceAnalyzer"


def over(name: str, port: str, selector: str = "{app: a}") -> str:
    return core("Service", name, f"spec: {{selector: {selector}, ports: [{{name: p, {port}}}]}}")


def deployment(labels: str = "{app: a, sidecar.istio.io/inject: 'true'}") -> str:
    return core("Deployment", "d", f"spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{containers: []}}}}}}")


@pytest.mark.parametrize(
    ("documents", "codes"),
    [
        ([deployment(), over("s", "port: 80"), over("t", "port: 80")], []),
        ([deployment(), over("s", "port: 80, protocol: UDP"), over("t", "port: 80")], ["IST0116"]),
        ([deployment(), over("s", "port: 80, protocol: HTTP"), over("t", "port: 80")], ["IST0116"]),
        ([deployment(), over("s", "port: 80, targetPort: 8080"), over("t", "port: 81, targetPort: 8080")], ["IST0137"]),
        ([deployment(), over("s", "port: 8080"), over("t", "port: 81, targetPort: 8080")], ["IST0137"]),
        ([deployment(), over("x/s", "port: 80, protocol: UDP"), over("t", "port: 80")], []),
        ([deployment(), over("s", "port: 80, protocol: UDP", "{}"), over("t", "port: 80")], []),
        ([deployment("{app: a}"), over("s", "port: 80, protocol: UDP"), over("t", "port: 80")], []),
        (
            [
                core("Namespace", "default", meta="labels: {istio-injection: enabled}"),
                deployment("{app: a}"),
                over("s", "port: 80, protocol: UDP"),
                over("t", "port: 80"),
            ],
            ["IST0116"],
        ),
    ],
)
def test_services_over_one_deployment(documents: list[str], codes: list[str]) -> None:
    assert found(NAME, *documents) == [(code, "Deployment default/d", "metadata.name") for code in codes]
