"""Where TLS certificates come from: SDS over the ADS stream, or files on the proxy's machine."""

from envoy.config.core.v3 import base_pb2
from envoy.extensions.transport_sockets.tls.v3 import common_pb2, secret_pb2
from envoy.type.matcher.v3 import string_pb2

from lateen.ir.secret import Secret
from lateen.translate.address import ads_source


def translate_secret(secret: Secret) -> secret_pb2.Secret:
    """One SDS resource."""
    envoy = secret_pb2.Secret(name=secret.name)
    if secret.ca:
        envoy.validation_context.trusted_ca.inline_bytes = secret.ca
        if secret.crl:
            envoy.validation_context.crl.inline_bytes = secret.crl
    else:
        envoy.tls_certificate.certificate_chain.inline_bytes = secret.certificate
        envoy.tls_certificate.private_key.inline_bytes = secret.private_key
    return envoy


def sds_secret(name: str) -> secret_pb2.SdsSecretConfig:
    return secret_pb2.SdsSecretConfig(name=name, sds_config=ads_source())


def certificate_files(certificate: str, private_key: str) -> common_pb2.TlsCertificate:
    return common_pb2.TlsCertificate(certificate_chain=file_source(certificate), private_key=file_source(private_key))


def validation(ca: str, crl: str, names: tuple[str, ...]) -> common_pb2.CertificateValidationContext:
    """Peers must present a certificate of the CA that carries one of `names`, where any are given."""
    return common_pb2.CertificateValidationContext(
        trusted_ca=file_source(ca) if ca else None,
        crl=file_source(crl) if crl else None,
        match_typed_subject_alt_names=[matcher for name in names for matcher in _name_matchers(name)],
    )


def file_source(path: str) -> base_pb2.DataSource:
    return base_pb2.DataSource(filename=path)


def _name_matchers(name: str) -> list[common_pb2.SubjectAltNameMatcher]:
    """A name may stand in a certificate as a URI (SPIFFE ids do) or as a DNS name: either will do."""
    exact = string_pb2.StringMatcher(exact=name)
    kinds = (
        [common_pb2.SubjectAltNameMatcher.URI]
        if "://" in name
        else [common_pb2.SubjectAltNameMatcher.DNS, common_pb2.SubjectAltNameMatcher.URI]
    )
    return [common_pb2.SubjectAltNameMatcher(san_type=kind, matcher=exact) for kind in kinds]
