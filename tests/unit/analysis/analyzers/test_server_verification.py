import pytest
from tests.unit.analysis.found import found, rule

NAME = "destinationrule.CaCertificateAnalyzer"
TLS = "spec.trafficPolicy.tls"
PORT = "spec.trafficPolicy.portLevelSettings[0].tls"


@pytest.mark.parametrize(
    ("policy", "more", "expected"),
    [
        ("tls: {mode: SIMPLE}", "", [("IST0128", TLS)]),
        ("tls: {mode: MUTUAL}", "", [("IST0128", TLS)]),
        ("tls: {mode: SIMPLE, caCertificates: /ca.pem}", "", []),
        ("tls: {mode: ISTIO_MUTUAL}", "", []),
        ("tls: {mode: SIMPLE, credentialName: c}", "", [("IST0128", TLS)]),
        ("tls: {mode: SIMPLE, credentialName: c}", ", workloadSelector: {matchLabels: {a: b}}", []),
        ("portLevelSettings: [{port: {number: 443}, tls: {mode: SIMPLE}}]", "", [("IST0129", PORT)]),
        (
            "tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 443}, tls: {mode: MUTUAL}}]",
            "",
            [("IST0128", TLS), ("IST0129", PORT)],
        ),
    ],
)
def test_tls_without_authorities(policy: str, more: str, expected: list[tuple[str, str]]) -> None:
    text = rule("DestinationRule", "it", f"{{host: a, trafficPolicy: {{{policy}}}{more}}}")
    assert [(code, path) for code, _, path in found(NAME, text)] == expected
