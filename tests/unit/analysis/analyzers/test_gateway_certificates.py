import pytest
from tests.unit.analysis.found import found, rule

NAME = "gateway.CertificateAnalyzer"


def gateway(name: str, tls: str, selector: str = "{istio: in}") -> str:
    port = "{number: 443, name: https, protocol: HTTPS}"
    server = f"{{port: {port}, hosts: ['*'], tls: {{mode: SIMPLE, {tls}}}}}"
    return rule("Gateway", name, f"{{selector: {selector}, servers: [{server}]}}")


FILES = "serverCertificate: /a.pem, privateKey: /a.key"


@pytest.mark.parametrize(
    ("documents", "guilty"),
    [
        ([gateway("a", "credentialName: c"), gateway("b", "credentialName: c")], ["a", "b"]),
        ([gateway("a", FILES), gateway("b", FILES)], ["a", "b"]),
        ([gateway("a", "credentialName: c"), gateway("b", "credentialName: d")], []),
        ([gateway("a", "credentialName: c"), gateway("b", "credentialName: c", "{istio: out}")], []),
        ([gateway("a", "credentialName: c"), gateway("b", "credentialName: c", "{istio: in, x: z}")], ["a"]),
        ([gateway("a", "serverCertificate: /a.pem"), gateway("b", "serverCertificate: /a.pem")], []),
    ],
)
def test_one_certificate_of_several_gateways(documents: list[str], guilty: list[str]) -> None:
    expected = [("IST0138", f"Gateway default/{name}", "spec.servers[0].tls") for name in guilty]
    assert found(NAME, *documents) == expected
