import pytest
from tests.support.resources import service, snapshot

from lateen.resolve.visibility import (
    distinct_by_services,
    is_visible,
    visible_services,
    visible_virtual_services,
)


@pytest.mark.parametrize(
    ("export_to", "seen_at_home", "seen_elsewhere"),
    [
        (("*",), True, True),
        ((".",), True, False),
        (("elsewhere",), False, True),
        ((".", "elsewhere"), True, True),
        (("~",), False, False),
        (("home",), True, False),
        (("*", "~"), True, True),
        ((".", "~"), False, False),
        ((".", "home", "third"), True, False),
    ],
)
def test_export_to(export_to: tuple[str, ...], seen_at_home: bool, seen_elsewhere: bool) -> None:
    assert is_visible(export_to, "home", "home") is seen_at_home
    assert is_visible(export_to, "home", "elsewhere") is seen_elsewhere


PRIVATE = service("a").replace(
    "namespace: default}", "namespace: default, annotations: {networking.istio.io/exportTo: .}}"
)


def test_a_private_service_is_seen_in_its_namespace_only_and_makes_it_distinct() -> None:
    services = snapshot(PRIVATE + service("b")).services
    assert [each.hostname.split(".")[0] for each in visible_services(services, "default")] == ["a", "b"]
    assert [each.hostname.split(".")[0] for each in visible_services(services, "other")] == ["b"]
    assert "default" in distinct_by_services(services.values())
    assert not distinct_by_services(snapshot(service("b")).services.values())


def entry(namespace: str) -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: api, namespace: {namespace}}}
spec: {{hosts: [api.example.com], resolution: DNS, ports: [{{number: 80, name: http, protocol: HTTP}}]}}
"""


def test_of_equal_hostnames_the_own_namespaces_counts_else_the_oldest() -> None:
    services = snapshot(entry("old") + entry("young")).services
    for namespace, expected in (("young", "young"), ("old", "old"), ("other", "old")):
        (found,) = visible_services(services, namespace)
        assert found.namespace == expected
    assert distinct_by_services(services.values()) == {"old", "young"}


def rule(name: str, namespace: str, export_to: str) -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{hosts: [a], exportTo: {export_to}}}
"""


def test_private_rules_come_first_then_those_exported_here_then_the_public_ones() -> None:
    text = rule("public", "elsewhere", "['*']") + rule("exported", "elsewhere", "[default]")
    text += rule("own", "default", "['.']") + rule("hidden", "elsewhere", "['.']") + rule("unsaid", "default", "[]")
    rules = snapshot(text).virtual_services
    found = [each.metadata.name for each in visible_virtual_services(rules, "default", ("*",))]
    assert found == ["own", "exported", "public", "unsaid"]
    assert [each.metadata.name for each in visible_virtual_services(rules, "x", (".",))] == ["public"]
    unsaid_here_too = [each.metadata.name for each in visible_virtual_services(rules, "x", (".", "x"))]
    assert unsaid_here_too == ["unsaid", "public"]
