from tests.unit.analysis.found import found, problems_by, rule

NAME = "virtualservice.DestinationRuleAnalyzer"
RULE = rule("DestinationRule", "a", "{host: a, subsets: [{name: v1}, {name: v2}]}")


def to(subset: str, host: str = "a", key: str = "route: [{destination: {%s}}]") -> str:
    return rule("VirtualService", "it", f"{{hosts: [a], http: [{{{key % f'host: {host}, subset: {subset}'}}}]}}")


def test_declared_subsets_are_found_by_the_whole_name_of_the_host() -> None:
    assert found(NAME, RULE, to("v1")) == []
    assert found(NAME, RULE, to("v2", "a.default.svc.cluster.local")) == []


def test_what_no_destination_rule_declares() -> None:
    path = "spec.http[0].route[0].destination.subset"
    assert found(NAME, RULE, to("v3")) == [("IST0101", "VirtualService default/it", path)]
    assert found(NAME, RULE, to("v1", "b")) == [("IST0101", "VirtualService default/it", path)]
    mirror = to("v3", key="mirror: {%s}")
    assert found(NAME, RULE, mirror) == [("IST0101", "VirtualService default/it", "spec.http[0].mirror.subset")]


def test_the_hint_lists_the_subsets_there_are() -> None:
    [problem] = problems_by(NAME, RULE, to("v3"))
    assert (problem.message, problem.hint) == (
        'Referenced host+subset in destinationrule not found: "a+v3"',
        "its subsets are v1, v2",
    )
