"""TLS that a gateway terminates."""

from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import DownstreamTlsContext

from lateen.ir.listener import DownstreamTls
from lateen.translate.downstream_tls import downstream_socket
from lateen.translate.wire import unpack


def context_of(tls: DownstreamTls) -> DownstreamTlsContext:
    context = unpack(downstream_socket(tls).typed_config)
    assert isinstance(context, DownstreamTlsContext)
    return context


def test_files_and_client_certificates() -> None:
    context = context_of(DownstreamTls(certificate="/c", private_key="/k", ca="/ca", require_client_certificate=True))
    assert context.require_client_certificate.value
    assert context.common_tls_context.validation_context.trusted_ca.filename == "/ca"
    assert list(context.common_tls_context.alpn_protocols) == ["h2", "http/1.1"]
    assert not context.common_tls_context.HasField("tls_params")


def test_secrets() -> None:
    common = context_of(DownstreamTls(secret="kubernetes://a", ca_secret="kubernetes://a-cacert")).common_tls_context
    assert common.tls_certificate_sds_secret_configs[0].sds_config.HasField("ads")
    assert common.combined_validation_context.validation_context_sds_secret_config.name == "kubernetes://a-cacert"


def test_versions() -> None:
    params = context_of(DownstreamTls(secret="a", max_version="TLSV1_3")).common_tls_context.tls_params
    names = [
        params.TlsProtocol.Name(value)
        for value in (params.tls_minimum_protocol_version, params.tls_maximum_protocol_version)
    ]
    assert names == ["TLSv1_2", "TLSv1_3"]
