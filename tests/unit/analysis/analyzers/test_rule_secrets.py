from collections.abc import Callable

import pytest
from tests.support.certificates import START
from tests.unit.analysis.found import found, pod, problems_by, rule
from tests.unit.analysis.secrets import certificate, secret

NAME = "destinationrule.SecretAnalyzer"
TLS_FIELDS = "{mode: %s, credentialName: c}"
TLS = "spec.trafficPolicy.tls.credentialName"
GATEWAY = [pod("edge/p", "{istio: in}"), rule("Gateway", "g", "{selector: {istio: in}}")]


def asking(mode: str, selector: str = "") -> str:
    more = ", workloadSelector: {matchLabels: {app: a}}" if selector else ""
    return rule("DestinationRule", "d", f"{{host: a.com, trafficPolicy: {{tls: {TLS_FIELDS % mode}}}{more}}}")


def whole(name: str) -> str:
    return secret(name, tls_crt=certificate(), tls_key="key", ca_crt=certificate())


@pytest.mark.parametrize(
    ("documents", "hint"),
    [
        (lambda: [asking("SIMPLE", "own")], "apply a Secret c in namespace default"),
        (lambda: [asking("SIMPLE", "own"), whole("c")], ""),
        (lambda: [asking("SIMPLE", "own"), secret("c-cacert", cacert=certificate())], ""),
        (lambda: [asking("MUTUAL", "own"), secret("c-cacert", cacert=certificate())], "(there is none) in namespace"),
        (lambda: [asking("MUTUAL", "own"), whole("c")], ""),
        (lambda: [asking("SIMPLE", "own"), secret("c", tls_crt="x", tls_key="x")], "give Secret c a ca.crt, or apply"),
        (lambda: [asking("SIMPLE")], ""),
        (lambda: [*GATEWAY, asking("SIMPLE")], "apply a Secret c in namespace edge"),
        (lambda: [*GATEWAY, asking("SIMPLE"), whole("edge/c")], ""),
        (lambda: [*GATEWAY, asking("SIMPLE", "own"), whole("edge/c")], "apply a Secret c in namespace default"),
        (lambda: [*GATEWAY, asking("ISTIO_MUTUAL")], ""),
    ],
)
def test_credentials_of_destination_rules(documents: Callable[[], list[str]], hint: str) -> None:
    problems = problems_by(NAME, *documents(), now=START.timestamp() + 60)
    assert [(each.code, each.path) for each in problems] == [("IST0101", TLS)] * bool(hint)
    assert all(hint in each.hint for each in problems)


def test_ports_and_subsets_are_looked_at() -> None:
    tls = f"tls: {TLS_FIELDS % 'SIMPLE'}"
    port = f"{{portLevelSettings: [{{port: {{number: 80}}, {tls}}}]}}"
    spec = f"{{host: a.com, trafficPolicy: {port}, subsets: [{{name: v1, trafficPolicy: {{{tls}}}}}]}}"
    assert [path for _, _, path in found(NAME, *GATEWAY, rule("DestinationRule", "d", spec))] == [
        "spec.subsets[0].trafficPolicy.tls.credentialName",
        "spec.trafficPolicy.portLevelSettings[0].tls.credentialName",
    ]
