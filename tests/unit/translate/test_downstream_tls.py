"""TLS that a gateway terminates."""

from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import DownstreamTlsContext

from lateen.ir.listener import CertificateFiles, DownstreamTls
from lateen.translate.downstream_tls import downstream_socket
from lateen.translate.wire import unpack


def context_of(tls: DownstreamTls) -> DownstreamTlsContext:
    context = unpack(downstream_socket(tls).typed_config)
    assert isinstance(context, DownstreamTlsContext)
    return context


def test_files_and_client_certificates() -> None:
    files = CertificateFiles(certificate="/c", private_key="/k")
    tls = DownstreamTls(files=(files,), ca="/ca", crl="/crl", verify_hash=("h",), require_client_certificate=True)
    context = context_of(tls)
    assert context.require_client_certificate.value
    (certificate,) = context.common_tls_context.tls_certificates
    assert (certificate.certificate_chain.filename, certificate.private_key.filename) == ("/c", "/k")
    checks = context.common_tls_context.validation_context
    assert (checks.trusted_ca.filename, checks.crl.filename) == ("/ca", "/crl")
    assert list(checks.verify_certificate_hash) == ["h"]
    assert list(context.common_tls_context.alpn_protocols) == ["h2", "http/1.1"]
    assert not context.common_tls_context.HasField("tls_params")


def test_secrets() -> None:
    common = context_of(
        DownstreamTls(secrets=("kubernetes://a", "b"), ca_secret="kubernetes://a-cacert")
    ).common_tls_context
    assert [each.name for each in common.tls_certificate_sds_secret_configs] == ["kubernetes://a", "b"]
    assert common.tls_certificate_sds_secret_configs[0].sds_config.HasField("ads")
    assert common.combined_validation_context.validation_context_sds_secret_config.name == "kubernetes://a-cacert"


def test_versions() -> None:
    params = context_of(
        DownstreamTls(secrets=("a",), max_version="TLSV1_3", ecdh_curves=("P-256",))
    ).common_tls_context.tls_params
    names = [
        params.TlsProtocol.Name(value)
        for value in (params.tls_minimum_protocol_version, params.tls_maximum_protocol_version)
    ]
    assert names == ["TLSv1_2", "TLSv1_3"]
    assert list(params.ecdh_curves) == ["P-256"]


def test_certificates_that_fail_the_check_may_be_let_pass() -> None:
    tls = DownstreamTls(secrets=("a",), ca_secret="b", insecure_skip_verify=True, subject_alt_names=("c",))
    checks = context_of(tls).common_tls_context.combined_validation_context.default_validation_context
    assert checks.trust_chain_verification == checks.ACCEPT_UNTRUSTED
    assert checks.match_typed_subject_alt_names
