import pytest
from tests.unit.analysis.found import core, problems_by, rule

POLICIES = [rule("RequestAuthentication", f"r{number}", "{}") for number in range(7)]


def istiod(variables: str, app: str = "istiod") -> str:
    spec = f"{{template: {{spec: {{containers: [{{name: d, env: [{variables}]}}]}}}}}}"
    return core("Deployment", "istio-system/d", f"spec: {spec}", f"labels: {{app: {app}}}")


@pytest.mark.parametrize(
    ("documents", "count"),
    [
        ([*POLICIES, istiod("")], 1),
        ([*POLICIES, istiod("{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: ''}")], 1),
        ([*POLICIES, istiod("{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8}")], 0),
        ([*POLICIES, istiod("", "other")], 0),
        ([istiod("")], 0),
    ],
)
def test_where_keys_are_fetched_from(documents: list[str], count: int) -> None:
    problems = problems_by("authn.BlockedCIDRsAnalyzer", *documents)
    assert [problem.code for problem in problems] == ["IST0175"] * count
    assert all("default/r4, and 2 more" in problem.message for problem in problems)
