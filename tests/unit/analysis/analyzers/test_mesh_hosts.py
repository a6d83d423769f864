import pytest
from tests.unit.analysis.found import found, rule

NAME = "virtualservice.ConflictingMeshGatewayHostsAnalyzer"


def of(name: str, hosts: str, more: str = "") -> str:
    return rule("VirtualService", name, f"{{hosts: [{hosts}]{more}}}")


@pytest.mark.parametrize(
    ("documents", "guilty"),
    [
        ([of("one", "a"), of("two", "b")], []),
        ([of("one", "a"), of("two", "a.default.svc.cluster.local")], ["default/one", "default/two"]),
        ([of("one", "a"), of("b/two", "a")], []),
        ([of("one", "a"), of("two", "a", ", gateways: [g]")], []),
        ([of("one", "a"), of("two", "a", ", gateways: [g, mesh]")], ["default/one", "default/two"]),
        ([of("b/one", "x.com"), of("c/two", "x.com", ", exportTo: [b]")], ["b/one", "c/two"]),
        ([of("b/one", "x.com", ", exportTo: [.]"), of("c/two", "x.com", ", exportTo: [.]")], []),
        ([of("b/one", "x.com", ", exportTo: [.]"), of("c/two", "'*.com'")], ["b/one", "c/two"]),
        ([of("one", "x.com"), of("two", "'*.com'")], []),
    ],
)
def test_rules_for_one_host_that_the_same_namespaces_see(documents: list[str], guilty: list[str]) -> None:
    expected = [("IST0109", f"VirtualService {name}", "spec.hosts[0]") for name in guilty]
    assert found(NAME, *documents) == expected
