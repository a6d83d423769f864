"""Secrets that rules name as credentials, and what is wrong with them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509

from lateen.api.secret import Secret
from lateen.model.tls_secret import CA_SUFFIX, tls_secret


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
        return self.find(namespace, credential + CA_SUFFIX) or self.find(namespace, credential)

    def certificate_defect(self, secret: Secret) -> str:
        """What is wrong with a Secret's certificate, whose key is not looked at, as in Istio; "" for nothing."""
        found = tls_secret(secret)
        return _certificate_defect(found.certificate, self._now) if found.certificate else found.defect

    def authority_defect(self, secret: Secret) -> str:
        """What is wrong with a Secret's authority; "" for nothing."""
        return tls_secret(secret).ca_defect


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
