import pytest
from tests.unit.analysis.found import found, problems_by, rule

from lateen.api.problem import Severity

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
    assert sorted(found(NAME, *documents)) == expected


@pytest.mark.parametrize(
    ("documents", "loser"),
    [
        ([of("one", "a"), of("two", "a")], "two"),
        ([of("one", "a").replace("name:", "creationTimestamp: '2026-01-02T00:00:00Z', name:"), of("two", "a")], "one"),
        ([of("a/public", "x.com"), of("b/own", "x.com", ", exportTo: [.]")], "public"),
        ([of("a/wide", "'*.com'"), of("b/exact", "x.com", ", exportTo: [.]")], "wide"),
    ],
)
def test_the_rule_in_force_is_not_said_to_be_out_of_effect(documents: list[str], loser: str) -> None:
    problems = problems_by(NAME, *documents)
    assert [each.resource.name for each in problems if each.resource and each.severity is Severity.ERROR] == [loser]
    assert {each.severity for each in problems} == {Severity.ERROR, Severity.WARNING}
