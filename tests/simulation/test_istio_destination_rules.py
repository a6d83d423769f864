"""Which destination rule governs a host for whom: the situations of Istio's `TestSetDestinationRule…`."""

import pytest
from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.lib.memo import Memo
from lateen.model.settings import MeshSettings
from lateen.resolve.destination_rules import Client, index_rules, rules_for

ROOT = "istio-system"
HOST = "httpbin.org"


def rule(name: str, namespace: str, where: str = "", *, host: str = HOST, spec: str = "", year: int = 2020) -> str:
    """A rule with one subset, which has its name; `where` is its `exportTo`."""
    fields = [f"host: '{host}'", f"subsets: [{{name: {name}}}]"]
    fields += [f"exportTo: [{where}]"] if where else []
    return document("DestinationRule", name, f"{{{', '.join(fields)}{spec}}}", namespace, year=year)


def entry(host: str, namespace: str) -> str:
    return document(
        "ServiceEntry",
        "host",
        f"{{hosts: ['{host}'], ports: [{{number: 80, name: http}}], resolution: DNS}}",
        namespace,
    )


def subsets(rules: str, client: str, owner: str, host: str = HOST, labels: dict[str, str] | None = None) -> list[str]:
    """The subsets that a host of namespace `owner` has for a client."""
    mesh = snapshot(rules + entry(host, owner))
    settings = MeshSettings()
    index = index_rules(Memo(), mesh.destination_rules, settings)
    found = rules_for(Memo(), index, mesh.services.values(), Client(client, labels or {}), settings)
    return [each.name for each in found[host].subsets] if host in found else []


EXPORTED = (
    rule("one", "ns1", "'.', far")
    + rule("two", "ns2", "ns2, far, ns1, near")
    + rule("three", "ns3", "ns1, ns2, '*'")
    + rule("four", "ns4", "ns4")
    + rule("root", ROOT)
    + rule("own", ROOT, "'.'")
    + rule("wide", ROOT, "'.'", host="*.org")
    + rule("narrow", ROOT, "'.'", host="*.app.org")
    + rule("five", "ns5", ROOT, host="api.test.com")
    + rule("six", "ns6", ROOT, host="api.test.com")
)


@pytest.mark.parametrize(
    ("client", "owner", "host", "expected"),
    [
        ("ns1", "ns1", HOST, "one"),
        ("ns1", "ns2", HOST, "one"),
        ("ns2", "ns1", HOST, "two"),
        ("near", "ns2", HOST, "two"),
        ("ns3", "ns1", HOST, "three"),
        ("ns5", "ns4", HOST, "root"),
        ("far", "ns1", HOST, "one"),
        ("far", "any", HOST, "root"),
        ("any", "any", HOST, "root"),
        ("ns3", "any", HOST, "three"),
        (ROOT, "any", HOST, "own"),
        (ROOT, ROOT, HOST, "own"),
        (ROOT, ROOT, "foo.app.org", "narrow"),
        (ROOT, "ns5", "api.test.com", "five"),
        (ROOT, "ns6", "api.test.com", "six"),
        (ROOT, "ns7", "api.test.com", ""),
    ],
)
def test_where_rules_are_exported_to(client: str, owner: str, host: str, expected: str) -> None:
    assert " ".join(subsets(EXPORTED, client, owner, host)) == expected


def test_the_most_specific_host_that_a_namespace_exports_hides_its_others() -> None:
    rules = rule("hidden", "ns1", "ns2") + rule("wide", "ns1", host="*.org") + rule("root", ROOT, host="*.org")
    assert subsets(rules, "ns2", "ns1") == ["hidden"]
    assert subsets(rules, "ns1", "ns1") == ["wide"]
    assert subsets(rules, "ns3", "ns1") == ["root"]


def test_rules_that_differ_in_where_they_are_seen_are_not_merged() -> None:
    rules = rule("one", "ns1") + rule("two", "ns1") + rule("three", "ns1", ROOT)
    assert subsets(rules, "ns1", "ns1") == subsets(rules, "ns2", "ns1") == ["one", "two"]
    assert subsets(rules, ROOT, "ns1") == ["three"]


def chosen(name: str, app: str, year: int) -> str:
    selector = f", workloadSelector: {{matchLabels: {{app: {app}}}}}"
    return rule(name, "ns1", "ns2, '.'", spec=selector, year=year)


SELECTED = chosen("app1", "a", 2021) + chosen("app2", "b", 2022) + chosen("app3", "b", 2023)


def test_rules_for_chosen_workloads_take_up_those_that_are_their_namespaces_own() -> None:
    rules = SELECTED + rule("all", "ns1", "'.', ns2")
    assert subsets(rules, "ns1", "ns1", labels={"app": "a"}) == ["app1", "all"]
    assert subsets(rules, "ns1", "ns1", labels={"app": "b"}) == ["app2", "app3", "all"]
    assert subsets(rules, "ns1", "ns1", labels={"app": "c"}) == ["all"]
    assert subsets(rules, "ns2", "ns1", labels={"app": "a"}) == ["all"]
    assert subsets(SELECTED + rule("all", "ns1"), "ns1", "ns1", labels={"app": "a"}) == ["app1"]


def test_rules_for_other_workloads_leave_a_host_without_any() -> None:
    rules = SELECTED + rule("wide", "ns1", host="*.org") + rule("root", ROOT)
    assert subsets(rules, "ns1", "ns1", labels={"app": "c"}) == []
    assert subsets(rules, "ns2", "ns1", labels={"app": "a"}) == ["wide"]
