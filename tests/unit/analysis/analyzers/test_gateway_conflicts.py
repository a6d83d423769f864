import pytest
from tests.unit.analysis.found import found, pod, problems_by, rule

from lateen.api.problem import Severity

NAME = "gateway.ConflictingGatewayAnalyzer"


def gateway(
    name: str,
    hosts: str = "a.com",
    number: int = 80,
    selector: str = "{istio: in}",
    bind: str = "",
    protocol: str = "HTTP",
) -> str:
    port = f"{{number: {number}, name: http, protocol: {protocol}}}"
    more = f", bind: {bind}" if bind else ""
    return rule("Gateway", name, f"{{selector: {selector}, servers: [{{port: {port}, hosts: [{hosts}]{more}}}]}}")


@pytest.mark.parametrize(
    ("documents", "guilty"),
    [
        ([gateway("a"), gateway("b")], ["a", "b"]),
        ([gateway("a", "x.com, z.com"), gateway("b", "z.com")], ["a", "b"]),
        ([gateway("a"), gateway("b", "b.com")], []),
        ([gateway("a"), gateway("b", number=81)], []),
        ([gateway("a"), gateway("b", bind="10.0.0.1")], []),
        ([gateway("a"), gateway("b", selector="{istio: out}")], []),
        ([gateway("a"), gateway("b", selector="{istio: in, x: z}")], []),
        ([pod("p", "{istio: in, x: z}"), gateway("a"), gateway("b", selector="{istio: in, x: z}")], ["a", "b"]),
    ],
)
def test_one_host_and_port_of_several_gateways(documents: list[str], guilty: list[str]) -> None:
    expected = [("IST0145", f"Gateway default/{name}", "spec.servers[0]") for name in guilty]
    assert sorted(found(NAME, *documents)) == expected


@pytest.mark.parametrize(
    ("protocol", "younger"),
    [("TCP", Severity.ERROR), ("HTTP", Severity.WARNING)],
    ids=["only the oldest is in force", "routes are joined"],
)
def test_a_gateway_in_force_is_not_said_to_be_out_of_effect(protocol: str, younger: Severity) -> None:
    old, young = (
        gateway(name, protocol=protocol).replace("{name:", f"{{creationTimestamp: '2026-01-0{day}T00:00:00Z', name:", 1)
        for day, name in enumerate(("b", "a"), start=1)
    )
    levels = {each.resource.name: each.severity for each in problems_by(NAME, young, old) if each.resource}
    assert levels == {"a": younger, "b": Severity.WARNING}


def test_ingresses_share_their_port() -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: %s, namespace: default}\n"
    spec = "spec: {ingressClassName: istio, defaultBackend: {service: {name: a, port: {number: 80}}}}\n"
    assert found(NAME, *(head % name + spec for name in ("a", "b"))) == []
