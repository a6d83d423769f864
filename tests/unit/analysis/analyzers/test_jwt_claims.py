import pytest
from tests.unit.analysis.found import found, pod, rule

NAME = "virtualservice.JWTClaimRouteAnalyzer"
POD = pod("edge/gw-1", "{istio: gw}")
GATEWAY = rule("Gateway", "g", "{selector: {istio: gw}}")
PATH = "spec.http[0].match[0]"


def routing(header: str, gateways: str = "[g]", key: str = "headers") -> str:
    match = f"{{{key}: {{'{header}': {{exact: a}}}}}}"
    return rule("VirtualService", "it", f"{{hosts: [a.com], gateways: {gateways}, http: [{{match: [{match}]}}]}}")


def verifying(namespace: str, labels: str = "{istio: gw}") -> str:
    return rule("RequestAuthentication", f"{namespace}/r", f"{{selector: {{matchLabels: {labels}}}}}")


@pytest.mark.parametrize(
    ("documents", "paths"),
    [
        ([routing("@request.auth.claims.group")], [f"{PATH}.headers"]),
        ([routing("@request.auth.claims[group]", key="withoutHeaders")], [f"{PATH}.withoutHeaders"]),
        ([routing("x-group")], []),
        ([routing("@request.auth.claims.group", "[mesh]")], []),
        ([routing("@request.auth.claims.group", "[missing]")], []),
        ([routing("@request.auth.claims.group"), verifying("edge")], []),
        ([routing("@request.auth.claims.group"), verifying("istio-system")], []),
        ([routing("@request.auth.claims.group"), verifying("default")], [f"{PATH}.headers"]),
        ([routing("@request.auth.claims.group"), verifying("edge", "{istio: other}")], [f"{PATH}.headers"]),
        ([routing("@request.auth.claims.group"), rule("RequestAuthentication", "edge/all", "{}")], []),
    ],
)
def test_who_verifies_the_token(documents: list[str], paths: list[str]) -> None:
    expected = [("IST0149", "VirtualService default/it", path) for path in paths]
    assert found(NAME, POD, GATEWAY, *documents) == expected
