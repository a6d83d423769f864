import pytest
from tests.unit.analysis.found import core, found, problems_by, service

NAME = "service.PortNameAnalyzer"


@pytest.mark.parametrize(
    ("name", "count"), [("http", 0), ("grpc-web", 0), ("tcp-x", 0), ("HTTP2-x", 0), ("web", 1), ("httpx", 1), ("''", 1)]
)
def test_names_that_say_the_protocol(name: str, count: int) -> None:
    expected = [("IST0118", "Service default/a", "spec.ports[0].name")] * count
    assert found(NAME, service("a", f"80:{name}")) == expected


def test_what_else_says_the_protocol() -> None:
    for port in ("port: 80, appProtocol: http", "port: 53, protocol: UDP", "port: 3306"):
        assert found(NAME, core("Service", "a", f"spec: {{ports: [{{name: x, {port}}}]}}")) == []


@pytest.mark.parametrize(("name", "count"), [("http", 0), ("tcp-x", 0), ("web", 1), ("tcp", 1)])
def test_external_names(name: str, count: int) -> None:
    text = core("Service", "a", f"spec: {{type: ExternalName, ports: [{{name: {name}, port: 80}}]}}")
    assert [code for code, _, _ in found(NAME, text)] == ["IST0150"] * count


def test_services_of_the_mesh_itself_are_left_alone() -> None:
    assert found(NAME, service("a", "80:web", meta="labels: {istio: ingressgateway}")) == []
    assert found(NAME, service("kube-system/a", "80:web")) == []


def test_a_target_port_that_is_not_given_is_the_port() -> None:
    [problem] = problems_by(NAME, service("a", "80:web"))
    assert "(port: 80, targetPort: 80)" in problem.message
