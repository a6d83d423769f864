from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.resolve.policy_problems import policy_problems


def found(policy: str, more: str = "") -> list[tuple[str, str]]:
    mesh = snapshot(document("DestinationRule", "reviews", f"{{host: reviews, trafficPolicy: {policy}{more}}}"))
    return [(each.path, each.code) for each in policy_problems(mesh.destination_rules[0])]


def test_what_validation_says_of_the_rule_is_not_said_again() -> None:
    assert found("{tls: {mode: ISTIO_MUTUAL}}") == []


def test_secrets_are_for_gateways_unless_the_rule_chooses_workloads() -> None:
    tls = "{tls: {mode: SIMPLE, credentialName: c}}"
    assert found(tls) == [("spec.trafficPolicy.tls.credentialName", "GatewaysOnly")]
    assert found(tls, ", workloadSelector: {matchLabels: {app: a}}") == []


def test_zones_are_not_preferred_in_silence() -> None:
    setting = "{loadBalancer: {zoneAwareLbSetting: {enabled: %s}}}"
    assert found(setting % "true") == [("spec.trafficPolicy.loadBalancer.zoneAwareLbSetting", "ZonesAlike")]
    assert found(setting % "false") == []
