"""TLS that a listener terminates."""

from envoy.config.core.v3 import base_pb2
from envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2

from lateen.ir.listener import DownstreamTls
from lateen.translate import scalar
from lateen.translate.names import TLS_SOCKET
from lateen.translate.secret import certificate_files, sds_secret, validation
from lateen.translate.wire import pack

_VERSIONS = {
    "": common_pb2.TlsParameters.TLS_AUTO,
    "TLS_AUTO": common_pb2.TlsParameters.TLS_AUTO,
    "TLSV1_0": common_pb2.TlsParameters.TLSv1_0,
    "TLSV1_1": common_pb2.TlsParameters.TLSv1_1,
    "TLSV1_2": common_pb2.TlsParameters.TLSv1_2,
    "TLSV1_3": common_pb2.TlsParameters.TLSv1_3,
}
"""Istio's words."""


def downstream_socket(tls: DownstreamTls) -> base_pb2.TransportSocket:
    context = tls_pb2.DownstreamTlsContext(
        common_tls_context=_common(tls),
        require_client_certificate=scalar.boolean(tls.require_client_certificate),
    )
    return base_pb2.TransportSocket(name=TLS_SOCKET, typed_config=pack(context))


def _common(tls: DownstreamTls) -> tls_pb2.CommonTlsContext:
    context = tls_pb2.CommonTlsContext(alpn_protocols=tls.alpn)
    if tls.min_version or tls.max_version or tls.cipher_suites or tls.ecdh_curves:
        context.tls_params.CopyFrom(_parameters(tls))
    context.tls_certificate_sds_secret_configs.extend(sds_secret(name) for name in tls.secrets)
    context.tls_certificates.extend(certificate_files(each.certificate, each.private_key) for each in tls.files)
    _set_validation(context, tls)
    return context


def _parameters(tls: DownstreamTls) -> common_pb2.TlsParameters:
    """TLS 1.2 is the least unless something else is asked for, as in Istio."""
    minimum = _VERSIONS[tls.min_version] or common_pb2.TlsParameters.TLSv1_2
    return common_pb2.TlsParameters(
        tls_minimum_protocol_version=minimum,
        tls_maximum_protocol_version=_VERSIONS[tls.max_version],
        cipher_suites=tls.cipher_suites,
        ecdh_curves=tls.ecdh_curves,
    )


def _set_validation(context: tls_pb2.CommonTlsContext, tls: DownstreamTls) -> None:
    if tls.ca_secret:
        combined = context.combined_validation_context
        combined.default_validation_context.CopyFrom(_validation(tls))
        combined.validation_context_sds_secret_config.CopyFrom(sds_secret(tls.ca_secret))
    elif tls.ca:
        context.validation_context.CopyFrom(_validation(tls))


def _validation(tls: DownstreamTls) -> common_pb2.CertificateValidationContext:
    found = validation(tls.ca, tls.crl, tls.subject_alt_names)
    found.verify_certificate_spki.extend(tls.verify_spki)
    found.verify_certificate_hash.extend(tls.verify_hash)
    if tls.insecure_skip_verify:
        found.trust_chain_verification = common_pb2.CertificateValidationContext.ACCEPT_UNTRUSTED
    return found
