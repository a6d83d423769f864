import pytest
from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.resolve.policy_problems import policy_problems


def found(policy: str, more: str = "") -> list[tuple[str, str]]:
    mesh = snapshot(document("DestinationRule", "reviews", f"{{host: reviews, trafficPolicy: {policy}{more}}}"))
    return [(each.path, each.code) for each in policy_problems(mesh.destination_rules[0])]


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ("{tls: {mode: ISTIO_MUTUAL}}", "spec.trafficPolicy.tls.mode"),
        (
            "{portLevelSettings: [{port: {number: 80}, tls: {mode: ISTIO_MUTUAL}}]}",
            "spec.trafficPolicy.portLevelSettings[0].tls.mode",
        ),
    ],
)
def test_mutual_tls_by_the_mesh_is_reported_as_without_effect(policy: str, path: str) -> None:
    assert found(policy) == [(path, "NoEffect")]


def test_secrets_are_for_gateways_unless_the_rule_chooses_workloads() -> None:
    tls = "{tls: {mode: SIMPLE, credentialName: c}}"
    assert found(tls) == [("spec.trafficPolicy.tls.credentialName", "GatewaysOnly")]
    assert found(tls, ", workloadSelector: {matchLabels: {app: a}}") == []


def test_zones_are_not_preferred_in_silence() -> None:
    setting = "{loadBalancer: {zoneAwareLbSetting: {enabled: %s}}}"
    assert found(setting % "true") == [("spec.trafficPolicy.loadBalancer.zoneAwareLbSetting", "ZonesAlike")]
    assert found(setting % "false") == []
