import pytest
from tests.unit.analysis.found import core, found, pod, rule

NAME = "gateway.IngressGatewayPortAnalyzer"
PORTS = "ports: [{name: web, containerPort: 8080}]"
POD = pod("g/p", "{istio: in}", f"containers: [{{name: proxy, {PORTS}}}]")


def gateway(number: int, selector: str = "{istio: in}") -> str:
    port = f"{{number: {number}, name: http, protocol: HTTP}}"
    return rule("Gateway", "it", f"{{selector: {selector}, servers: [{{port: {port}, hosts: ['*']}}]}}")


def front(port: str, namespace: str = "g") -> str:
    return core("Service", f"{namespace}/front", f"spec: {{selector: {{istio: in}}, ports: [{{name: http, {port}}}]}}")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([POD, front("port: 80, targetPort: 8080"), gateway(80)], []),
        ([POD, front("port: 80, targetPort: 8080"), gateway(8080)], []),
        ([POD, front("port: 80, targetPort: web"), gateway(8080)], []),
        ([POD, front("port: 80"), gateway(81)], [("IST0162", "spec.servers[0].port.number")]),
        ([POD, front("port: 80", "other"), gateway(80)], [("IST0162", "spec.servers[0].port.number")]),
        ([POD, front("port: 80, protocol: UDP"), gateway(80)], [("IST0162", "spec.servers[0].port.number")]),
        ([POD, front("port: 80"), gateway(80, "{istio: out}")], [("IST0101", "spec.selector")]),
    ],
)
def test_ports_are_reachable_by_a_service(documents: list[str], expected: list[tuple[str, str]]) -> None:
    assert [(code, path) for code, _, path in found(NAME, *documents)] == expected


def test_a_deployment_stands_for_the_pods_it_makes() -> None:
    spec = "spec: {template: {metadata: {labels: {istio: in}}, spec: {containers: []}}}"
    assert found(NAME, core("Deployment", "g/d", spec), front("port: 80"), gateway(80)) == []
