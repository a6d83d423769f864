"""Certificates and the Secrets that hold them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import NameOID

START = datetime(2020, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(days=365 * 100)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in PEM."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def serial(self) -> int:
        return self.certificate.serial_number

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def certificate(
    *names: str, issuer: Certificate | None = None, key: CertificateIssuerPrivateKeyTypes | None = None
) -> Certificate:
    """For DNS `names`, signed by `issuer`; without one it signs itself, and may sign others."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return Certificate(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def revocations(authority: Certificate) -> str:
    """An authority's list of revoked certificates, with nothing in it, in PEM."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.certificate.subject)
    made = builder.last_update(START).next_update(START + LIFETIME).sign(authority.key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def secret(name: str, data: Mapping[str, str], kind: str = "Opaque", namespace: str = "istio-system") -> str:
    """A Secret as a YAML document."""
    values = "".join(f"\n  {key}: {base64.b64encode(value.encode()).decode()}" for key, value in data.items())
    return f"""
---
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
type: {kind}
data:{values}
"""


def tls_secret(name: str, made: Certificate, namespace: str = "istio-system") -> str:
    """A Secret of type kubernetes.io/tls."""
    return secret(name, {"tls.crt": made.pem, "tls.key": made.key_pem}, "kubernetes.io/tls", namespace)
