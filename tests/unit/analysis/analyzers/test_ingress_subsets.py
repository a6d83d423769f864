from tests.unit.analysis.found import found, rule

NAME = "virtualservice.IngressSubsetAnalyzer"
SPLIT = rule(
    "VirtualService",
    "split",
    "{hosts: [a], http: [{route: [{destination: {host: a.default.svc.cluster.local, subset: v1}}]}]}",
)
ROUTE = "http: [{route: [{destination: {host: a}}]}]"


def test_a_gateways_route_to_a_host_that_another_rule_splits() -> None:
    outside = rule("VirtualService", "outside", f"{{hosts: ['*'], gateways: [g], {ROUTE}}}")
    path = "spec.http[0].route[0].destination.host"
    assert found(NAME, SPLIT, outside) == [("IST0140", "VirtualService default/outside", path)]


def test_sidecars_rules_and_other_hosts_are_not_meant() -> None:
    inside = rule("VirtualService", "inside", f"{{hosts: [b], {ROUTE}}}")
    other = rule("VirtualService", "b/outside", f"{{hosts: ['*'], gateways: [g], {ROUTE}}}")
    assert found(NAME, SPLIT, inside, other) == []
