import pytest
from tests.unit.analysis.found import core, found, pod, rule

NAME = "auth.AuthorizationPoliciesAnalyzer"
INJECTED = core("Namespace", "default", meta="labels: {istio-injection: enabled}")
SOURCE = "spec.rules[0].from[0].source"


def policy(name: str, labels: str = "") -> str:
    return rule("AuthorizationPolicy", name, f"{{selector: {{matchLabels: {labels}}}}}" if labels else "{}")


@pytest.mark.parametrize(
    ("documents", "path"),
    [
        ([INJECTED, pod("p", "{app: a}"), policy("s", "{app: a}")], ""),
        ([INJECTED, pod("p", "{app: a}"), policy("s", "{app: b}")], "spec.selector.matchLabels"),
        ([INJECTED, pod("p", "{app: a}"), policy("s")], ""),
        ([INJECTED, policy("s")], "spec"),
        ([pod("p", "{app: a}"), policy("s")], "spec"),
        ([pod("p", "{sidecar.istio.io/inject: 'true'}"), policy("s")], ""),
        ([pod("p", "{}", "containers: [{name: istio-proxy, image: x}]"), policy("s")], ""),
        ([core("Pod", "p", "", "annotations: {ambient.istio.io/redirection: enabled}"), policy("s")], ""),
        ([policy("istio-system/s")], ""),
        ([INJECTED, pod("p", "{app: a}"), policy("istio-system/s", "{app: a}")], ""),
        ([policy("istio-system/s", "{app: a}")], "spec.selector.matchLabels"),
    ],
)
def test_policies_for_nobody(documents: list[str], path: str) -> None:
    assert [(code, place) for code, _, place in found(NAME, *documents)] == ([("IST0127", path)] if path else [])


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("namespaces: [default, DEFAULT, '*', 'def*', '*ault']", []),
        ("namespaces: [default, away]", ["namespaces[1]"]),
        ("notNamespaces: ['x*'], namespaces: ['*x']", ["namespaces[0]", "notNamespaces[0]"]),
    ],
)
def test_namespaces_that_do_not_exist(source: str, paths: list[str]) -> None:
    about = rule("AuthorizationPolicy", "istio-system/s", f"{{rules: [{{from: [{{source: {{{source}}}}}]}}]}}")
    expected = [("IST0101", "AuthorizationPolicy istio-system/s", f"{SOURCE}.{path}") for path in paths]
    assert found(NAME, INJECTED, about) == expected
