from tests.support.resources import service, snapshot

from lateen.lib.memo import Memo
from lateen.model.settings import MeshSettings
from lateen.resolve.destination_rules import Client, RuleIndex, distinct_by_rules, index_rules, rules_for
from lateen.resolve.host_rule import merge_rules

HOST = "reviews.default.svc.cluster.local"
SETTINGS = MeshSettings()


def rule(name: str, spec: str, namespace: str = "default") -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
"""


def index(text: str) -> RuleIndex:
    return index_rules(Memo(), snapshot(text).destination_rules, SETTINGS)


def governing(text: str, namespace: str = "default", **labels: str) -> list[str]:
    services = snapshot(service("reviews")).services
    found = rules_for(Memo(), index(text), services.values(), Client(namespace, labels), SETTINGS)
    return [each.metadata.name for each in found[HOST].sources] if HOST in found else []


def test_the_clients_namespace_decides_then_the_services_then_the_root() -> None:
    client = rule("client", f"{{host: {HOST}}}", "other")
    owner = rule("owner", "{host: reviews}")
    root = rule("root", "{host: '*.local'}", "istio-system")
    assert governing(root + owner + client, "other") == ["client"]
    assert governing(root + owner + client, "third") == ["owner"]
    assert governing(root + client, "third") == ["root"]
    assert governing(client, "third") == []


def test_in_the_root_namespace_its_public_rules_come_last_but_its_private_ones_first() -> None:
    owner = rule("owner", "{host: reviews}")
    assert governing(rule("root", "{host: '*.local'}", "istio-system") + owner, "istio-system") == ["owner"]
    private = rule("root", "{host: '*.local', exportTo: ['.']}", "istio-system")
    assert governing(private + owner, "istio-system") == ["root"]


def test_an_exact_host_beats_wildcards_and_the_longest_wildcard_the_others() -> None:
    wide, narrow = rule("wide", "{host: '*.local'}"), rule("narrow", "{host: '*.default.svc.cluster.local'}")
    assert governing(wide + narrow) == ["narrow"]
    assert governing(wide + narrow + rule("exact", "{host: reviews}")) == ["exact"]


def test_rules_that_are_not_exported_here_are_passed_over() -> None:
    hidden = rule("hidden", "{host: reviews, exportTo: ['.']}")
    assert governing(hidden + rule("wide", "{host: '*.local'}"), "other") == ["wide"]


def test_a_rule_for_chosen_workloads_beats_the_general_one_where_it_chooses() -> None:
    chosen = rule("chosen", "{host: reviews, workloadSelector: {matchLabels: {app: sleep}}}")
    general = rule("general", "{host: reviews}")
    assert governing(general + chosen, app="sleep") == ["chosen"]
    assert governing(general + chosen, app="other") == ["general"]
    assert governing(chosen, app="other") == []
    assert index(general + chosen).labels == {"app"}


BOTH = rule("old", "{host: reviews, subsets: [{name: v1, labels: {version: v1}}]}") + rule(
    "new",
    "{host: reviews.default.svc.cluster.local, trafficPolicy: {loadBalancer: {simple: RANDOM}},"
    " subsets: [{name: v1, labels: {version: other}}, {name: v2}]}",
)


def test_rules_for_one_host_are_merged_the_oldest_first() -> None:
    assert governing(BOTH) == ["old", "new"]
    found = merge_rules(*snapshot(BOTH).destination_rules)
    assert [(each.name, each.labels) for each in found.subsets] == [("v1", {"version": "v1"}), ("v2", {})]
    assert found.traffic_policy
    assert found.traffic_policy.load_balancer
    assert found.traffic_policy.load_balancer.simple == "RANDOM"


def test_what_a_merge_leaves_out_is_reported() -> None:
    policy = "{host: reviews, trafficPolicy: {loadBalancer: {simple: RANDOM}}}"
    found = index(BOTH + rule("third", policy)).problems
    assert [(each.resource and each.resource.name, each.path) for each in found] == [
        ("new", "spec.subsets[0]"),
        ("third", "spec.trafficPolicy"),
    ]
    assert not index(rule("a", policy) + rule("b", policy, "other")).problems


def test_rules_that_are_not_seen_in_the_same_namespaces_are_not_merged_and_the_youngest_counts() -> None:
    public, private = rule("public", "{host: reviews}"), rule("private", "{host: reviews, exportTo: ['.']}")
    assert governing(public + private) == ["private"]
    assert governing(public + private, "other") == ["public"]
    wider = rule("wider", "{host: reviews, exportTo: ['.', other]}")
    assert governing(private + wider) == ["private", "wider"]
    policy = "trafficPolicy: {loadBalancer: {simple: RANDOM}}"
    assert not index(
        rule("a", f"{{host: reviews, {policy}}}") + rule("b", f"{{host: reviews, exportTo: ['.'], {policy}}}")
    ).problems


def test_only_namespaces_whose_rules_others_do_not_share_are_distinct() -> None:
    services = snapshot(service("reviews")).services

    def distinct(text: str) -> set[str]:
        return distinct_by_rules(index(text), services, SETTINGS) - {"."}

    assert distinct(rule("a", "{host: reviews}")) == set()
    assert distinct(rule("a", f"{{host: {HOST}}}", "other")) == {"other"}
    assert distinct(rule("a", "{host: reviews, exportTo: ['.']}")) == {"default"}
    assert distinct(rule("a", "{host: reviews, exportTo: [third]}")) == {"default", "third"}
