import pytest
from tests.support.certificates import certificate, secret, tls_secret
from tests.support.routing import Routing, document, gateway_proxy

from lateen.ir.listener import CertificateFiles, DownstreamTls

ONE, TWO = certificate("a.com"), certificate("b.com")


def routing(tls: str, text: str = "") -> Routing:
    server = f"{{port: {{number: 443, name: https, protocol: HTTPS}}, hosts: [a.com], tls: {tls}}}"
    gateway = document("Gateway", "gw", f"{{selector: {{istio: ingressgateway}}, servers: [{server}]}}")
    return Routing(gateway + text, gateway_proxy())


def tls_of(mesh: Routing) -> DownstreamTls:
    (chain,) = mesh.listener("0.0.0.0_443").chains
    assert chain.tls is not None
    return chain.tls


def test_a_secret_is_sent_under_istios_name() -> None:
    mesh = routing(
        "{mode: SIMPLE, credentialName: one, caCertificates: /x, subjectAltNames: [x]}", tls_secret("one", ONE)
    )
    assert tls_of(mesh) == DownstreamTls(secrets=("kubernetes://one",))
    (sent,) = mesh.layer.secrets.values()
    assert (sent.name, sent.private_key.decode()) == ("kubernetes://one", ONE.key_pem)
    assert [each.name for each in sent.origins] == ["gw"]


@pytest.mark.parametrize(("mode", "required"), [("MUTUAL", True), ("OPTIONAL_MUTUAL", False)])
def test_clients_are_checked_by_the_authority_beside_the_certificate_or_in_it(mode: str, required: bool) -> None:
    own = {"tls.crt": ONE.pem, "tls.key": ONE.key_pem, "ca.crt": ONE.pem}
    beside = secret("one-cacert", {"cacert": TWO.pem, "crl": "list"})
    tls = f"{{mode: {mode}, credentialName: one, subjectAltNames: [c], verifyCertificateHash: [h]}}"
    for text, ca in ((secret("one", own), ONE), (secret("one", own) + beside, TWO)):
        mesh = routing(tls, text)
        found = tls_of(mesh)
        assert (found.ca_secret, found.require_client_certificate) == ("kubernetes://one-cacert", required)
        assert (found.subject_alt_names, found.verify_hash) == (("c",), ("h",))
        assert mesh.layer.secrets["kubernetes://one-cacert"].ca.decode() == ca.pem
        assert not mesh.problems


@pytest.mark.parametrize("name", ["clients", "clients-cacert"])
def test_an_authority_may_have_a_secret_of_its_own_name(name: str) -> None:
    own = secret("one", {"tls.crt": ONE.pem, "tls.key": ONE.key_pem, "ca.crt": ONE.pem})
    tls = f"{{mode: MUTUAL, credentialName: one, caCertCredentialName: {name}}}"
    mesh = routing(tls, own + secret(name, {"ca.crt": TWO.pem}))
    assert tls_of(mesh).ca_secret == "kubernetes://clients-cacert"
    assert mesh.layer.secrets["kubernetes://clients-cacert"].ca.decode() == TWO.pem
    (problem,) = routing(tls, own).problems
    assert (problem.path, problem.code) == ("spec.servers[0].tls.caCertCredentialName", "IST0101")


def test_two_certificates_and_files() -> None:
    mesh = routing("{mode: SIMPLE, credentialNames: [one, two]}", tls_secret("one", ONE) + tls_secret("two", TWO))
    assert tls_of(mesh).secrets == ("kubernetes://one", "kubernetes://two")
    found = tls_of(routing("{mode: MUTUAL, serverCertificate: /c, privateKey: /k, caCertificates: /ca, caCrl: /l}"))
    assert found.files == (CertificateFiles(certificate="/c", private_key="/k"),)
    assert (found.ca, found.crl, found.secrets) == ("/ca", "/l", ())


@pytest.mark.parametrize(
    ("tls", "text", "says"),
    [
        ("{mode: SIMPLE, credentialName: one}", "", 'not found: "one"'),
        ("{mode: SIMPLE, credentialName: one}", tls_secret("one", ONE, "default"), 'not found: "one"'),
        ("{mode: SIMPLE, credentialName: one}", secret("one", {"x": "y"}), "nor cert with key, but x"),
        ("{mode: MUTUAL, credentialName: one}", tls_secret("one", ONE), '"one": it has no ca.crt'),
        (
            "{mode: MUTUAL, credentialName: one}",
            tls_secret("one", ONE) + secret("one-cacert", {"x": "y"}),
            '"one-cacert": it has no ca.crt, nor cacert, but x',
        ),
    ],
)
def test_a_secret_that_is_missing_or_of_no_use_closes_the_server(tls: str, text: str, says: str) -> None:
    mesh = routing(tls, text)
    assert (mesh.layer.listeners, mesh.layer.secrets, mesh.layer.routes) == ({}, {}, {})
    (problem,) = mesh.problems
    assert (problem.code, problem.path) == ("IST0101", "spec.servers[0].tls.credentialName")
    assert says in problem.message
    assert ONE.key_pem.splitlines()[1] not in repr(problem)


def test_a_secret_that_comes_later_opens_the_server_and_a_changed_one_leaves_the_listener_as_it_is() -> None:
    mesh = routing("{mode: SIMPLE, credentialName: one}")
    mesh.apply(tls_secret("one", ONE))
    listener, sent = mesh.listener("0.0.0.0_443"), mesh.layer.secrets["kubernetes://one"]
    mesh.apply(tls_secret("other", TWO))
    assert mesh.layer.secrets["kubernetes://one"] is sent
    mesh.apply(tls_secret("one", TWO))
    assert mesh.listener("0.0.0.0_443") is listener
    assert mesh.layer.secrets["kubernetes://one"].certificate.decode() == TWO.pem


def test_versions_and_cipher_suites() -> None:
    mesh = routing(
        "{mode: SIMPLE, credentialName: one, minProtocolVersion: TLSV1_2, maxProtocolVersion: TLS_AUTO, "
        "cipherSuites: [AES128-SHA, NONSENSE, AES128-SHA], ecdhCurves: [P-256]}",
        tls_secret("one", ONE),
    )
    found = tls_of(mesh)
    assert (found.min_version, found.max_version) == ("TLSV1_2", "")
    assert (found.cipher_suites, found.ecdh_curves) == (("AES128-SHA",), ("P-256",))
