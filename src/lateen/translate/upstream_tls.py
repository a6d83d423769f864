"""TLS, and the PROXY protocol, towards a cluster's endpoints."""

from envoy.config.core.v3 import base_pb2, proxy_protocol_pb2
from envoy.extensions.transport_sockets.proxy_protocol.v3 import upstream_proxy_protocol_pb2 as proxy_pb2
from envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2
from envoy.extensions.transport_sockets.tls.v3 import common_pb2, secret_pb2, tls_pb2

from lateen.ir.cluster import Cluster, UpstreamTls
from lateen.translate.names import PROXY_PROTOCOL_SOCKET, RAW_SOCKET, TLS_SOCKET
from lateen.translate.secret import certificate_files, sds_secret, validation
from lateen.translate.wire import pack

SYSTEM_CA_SECRET = "file-root:system"  # noqa: S105 - a name
"""Istio's name for the machine's own authorities; the bootstrap says where they are."""

SYSTEM_CA = "system"
"""The word for them in a DestinationRule."""

_VERSIONS = common_pb2.TlsParameters(
    tls_minimum_protocol_version=common_pb2.TlsParameters.TLSv1_2,
    tls_maximum_protocol_version=common_pb2.TlsParameters.TLSv1_3,
)
"""Envoy as a client speaks no TLS 1.3 unless told to."""


def upstream_socket(cluster: Cluster) -> base_pb2.TransportSocket | None:
    """The transport socket: TLS or none, wrapped in the PROXY protocol where asked for."""
    inner = None if cluster.tls is None else _tls_socket(cluster.tls)
    if not cluster.proxy_protocol:
        return inner
    wrapped = proxy_pb2.ProxyProtocolUpstreamTransport(
        config=proxy_protocol_pb2.ProxyProtocolConfig(
            version=proxy_protocol_pb2.ProxyProtocolConfig.Version.Value(cluster.proxy_protocol)
        ),
        transport_socket=inner
        or base_pb2.TransportSocket(name=RAW_SOCKET, typed_config=pack(raw_buffer_pb2.RawBuffer())),
    )
    return base_pb2.TransportSocket(name=PROXY_PROTOCOL_SOCKET, typed_config=pack(wrapped))


def _tls_socket(tls: UpstreamTls) -> base_pb2.TransportSocket:
    context = tls_pb2.UpstreamTlsContext(sni=tls.sni, common_tls_context=_common(tls))
    return base_pb2.TransportSocket(name=TLS_SOCKET, typed_config=pack(context))


def _common(tls: UpstreamTls) -> tls_pb2.CommonTlsContext:
    context = tls_pb2.CommonTlsContext(tls_params=_VERSIONS, alpn_protocols=tls.alpn)
    if tls.secret:
        context.tls_certificate_sds_secret_configs.append(sds_secret(tls.secret))
    elif tls.certificate:
        context.tls_certificates.append(certificate_files(tls.certificate, tls.private_key))
    if not tls.insecure_skip_verify:
        _set_validation(context, tls)
    return context


def _set_validation(context: tls_pb2.CommonTlsContext, tls: UpstreamTls) -> None:
    names = tls.subject_alt_names or ((tls.sni,) if tls.check_server_name and tls.sni else ())
    if tls.ca not in {"", SYSTEM_CA} and not tls.ca_secret:
        context.validation_context.CopyFrom(validation(tls.ca, tls.crl, names))
        return
    combined = context.combined_validation_context
    combined.default_validation_context.CopyFrom(validation("", tls.crl, names))
    secret = sds_secret(tls.ca_secret) if tls.ca_secret else secret_pb2.SdsSecretConfig(name=SYSTEM_CA_SECRET)
    combined.validation_context_sds_secret_config.CopyFrom(secret)
