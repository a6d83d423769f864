import pytest
from tests.unit.analysis.found import found, pod, rule

GATEWAY = "{gateway.networking.k8s.io/gateway-name: g}"


@pytest.mark.parametrize("kind", ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin"])
def test_selectors_of_gateways_of_the_gateway_api(kind: str) -> None:
    selecting = f"selector: {{matchLabels: {GATEWAY}}}"
    documents = [
        pod("p", GATEWAY),
        rule(kind, "a", f"{{{selecting}}}"),
        rule(kind, "b", f"{{{selecting}, targetRef: {{kind: Gateway, name: g}}}}"),
        rule(kind, "c", "{}"),
        rule(kind, "other/d", f"{{{selecting}}}"),
    ]
    assert found("k8sgateway.SelectorAnalyzer", *documents) == [("IST0166", f"{kind} default/a", "spec.selector")]
