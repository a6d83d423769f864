"""Secrets that rules name as credentials, and what is wrong with them."""

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509

from lateen.api.secret import Secret
from lateen.model.tls_secret import tls_secret

AUTHORITY_SUFFIX = "-cacert"
"""A Secret with this at the end of its name holds the authority of the credential that is named without."""

_PAIRS = (("cert", "key"), ("tls.crt", "tls.key"))


class Credentials:
    """Secrets by namespace and name; `now` is when their certificates must be in force."""

    def __init__(self, secrets: Iterable[Secret], now: float) -> None:
        self._secrets = {(each.metadata.namespace, each.metadata.name): each for each in secrets}
        self._now = now

    def find(self, namespace: str, credential: str) -> Secret | None:
        """The Secret that `credential` means to workloads of `namespace`; it may name another namespace itself."""
        own, _, name = credential.removeprefix("kubernetes://").rpartition("/")
        return self._secrets.get((own or namespace, name))

    def authority(self, namespace: str, credential: str) -> Secret | None:
        """The Secret with the authority that goes with `credential`: of its own, or the credential's."""
        return self.find(namespace, credential + AUTHORITY_SUFFIX) or self.find(namespace, credential)

    def certificate_defect(self, secret: Secret) -> str:
        """What is wrong with a Secret's certificate; "" for nothing."""
        for certificate, key in _PAIRS:
            if certificate in secret.data and key in secret.data:
                text = _decoded(secret.data[certificate])
                whole = text and _decoded(secret.data[key])
                return _certificate_defect(text, self._now) if whole else f"{certificate} is empty"
            if secret.string_data.get(certificate) and secret.string_data.get(key):
                return _certificate_defect(secret.string_data[certificate].encode(), self._now)
        return "it has neither tls.crt and tls.key nor cert and key"

    def authority_defect(self, secret: Secret) -> str:
        """What is wrong with a Secret's authority; "" for nothing."""
        return tls_secret(secret).ca_defect


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _certificate_defect(pem: bytes, now: float) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return "its certificate cannot be read"
    moment = datetime.fromtimestamp(now, UTC)
    if now and moment > certificate.not_valid_after_utc:
        return f"its certificate expired at {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    if now and moment < certificate.not_valid_before_utc:
        return f"its certificate is valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
    return ""
