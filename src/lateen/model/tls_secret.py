"""Certificates in Secrets, under the keys that Istio looks for (`pilot/pkg/credentials/kube/secrets.go`)."""

import base64
import binascii
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from lateen.api.secret import Secret

TYPES = frozenset({"kubernetes.io/tls", "Opaque", ""})
"""Secrets of other types (tokens, registry passwords) are no certificates."""

PAIRS = (("cert", "key"), ("tls.crt", "tls.key"))
AUTHORITIES = (("cacert", "crl"), ("ca.crt", "ca.crl"))
CA_SUFFIX = "-cacert"
"""A Secret with this at the end of its name holds the authority of the credential that is named without."""

LEAST_RSA_BITS = 2048
"""Envoy turns down shorter keys."""


class TlsSecret(msgspec.Struct, frozen=True):
    """The certificate and the certificate authority of a Secret, in PEM, as far as it has them.

    `defect` says why there is no certificate that can be used ("" where there is one), `ca_defect` the same of the
    authority.
    """

    namespace: str
    name: str
    certificate: bytes = b""
    private_key: bytes = b""
    ca: bytes = b""
    crl: bytes = b""
    defect: str = ""
    ca_defect: str = ""

    def __repr__(self) -> str:
        """Names only: keys must not reach a log."""
        return f"TlsSecret({self.namespace}/{self.name})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for prettier printers; `Any` is msgspec's."""
        return [("namespace", self.namespace), ("name", self.name)]


def is_tls_secret(secret: Secret) -> bool:
    """Whether a Secret may hold certificates."""
    return secret.type in TYPES


def tls_secret(secret: Secret) -> TlsSecret:
    """What a Secret holds for TLS. Nothing of it appears in the texts about what is wrong."""
    data = {key: _decoded(value) for key, value in secret.data.items()}
    data |= {key: value.encode() for key, value in secret.string_data.items()}
    certificate, key = next(((c, k) for c, k in PAIRS if data.get(c) and data.get(k)), ("", ""))
    ca, crl = next(((each, crl) for each, crl in AUTHORITIES if data.get(each)), ("", ""))
    return TlsSecret(
        namespace=secret.metadata.namespace,
        name=secret.metadata.name,
        certificate=data.get(certificate, b""),
        private_key=data.get(key, b""),
        ca=data.get(ca, b""),
        crl=data.get(crl, b""),
        defect=_pair_defect(data, certificate, key),
        ca_defect=_ca_defect(data, ca),
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _lacks(data: dict[str, bytes], wanted: str) -> str:
    present = ", ".join(sorted(key for key in data if data[key])) or "nothing"
    return f"it has no {wanted}, but {present}"


def _pair_defect(data: dict[str, bytes], certificate: str, key: str) -> str:
    if not certificate:
        return _lacks(data, "tls.crt with tls.key, nor cert with key")
    try:
        leaf = load_pem_x509_certificates(data[certificate])[0]
        public = leaf.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return f"{certificate} is no certificate in PEM"
    try:
        private = load_pem_private_key(data[key], None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return f"{key} is no private key in PEM without a password"
    if isinstance(public, RSAPublicKey) and public.key_size < LEAST_RSA_BITS:
        return f"the key has {public.key_size} bits: {LEAST_RSA_BITS} are the least for RSA"
    mine, its = (
        each.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for each in (private.public_key(), public)
    )
    return "" if mine == its else f"{key} does not belong to {certificate}"


def _ca_defect(data: dict[str, bytes], ca: str) -> str:
    if not ca:
        return _lacks(data, "ca.crt, nor cacert")
    try:
        load_pem_x509_certificates(data[ca])
    except ValueError:
        return f"{ca} is no certificate in PEM"
    return ""
