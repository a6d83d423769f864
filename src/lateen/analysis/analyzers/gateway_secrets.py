"""Credentials that Gateways name must be Secrets in the namespace of the gateway's workloads, with a good certificate.

IST0101 for a Secret that does not exist there (or where the Gateway selects nothing), IST0161 for one without a
certificate and key that are in force now.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509

from lateen.analysis.config import Configuration
from lateen.analysis.messages import INVALID_CREDENTIAL, NOT_FOUND
from lateen.analysis.subject import selector_text
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.secret import Secret

_PAIRS = (("cert", "key"), ("tls.crt", "tls.key"))


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report credentials that will not work."""
    secrets = {(each.metadata.namespace, each.metadata.name): each for each in config.of(Secret)}
    for gateway in config.of(Gateway):
        workload = next(config.workloads.selected(gateway.spec.selector), None)
        if workload is None:
            text = selector_text(gateway.spec.selector)
            hint = "it must be the labels of a gateway's pods"
            yield NOT_FOUND.at(gateway.ref, "spec.selector", what="selector", name=text, hint=hint)
            continue
        for path, credential in _credentials(gateway):
            namespace, _, name = credential.rpartition("/")
            secret = secrets.get((namespace or workload.namespace, name))
            if secret is None:
                hint = f"apply a Secret of this name in namespace {namespace or workload.namespace}"
                yield NOT_FOUND.at(gateway.ref, path, what="credentialName", name=credential, hint=hint)
            elif reason := _defect(secret, config.now):
                facts = {"gateway": gateway.metadata.name, "namespace": workload.namespace}
                yield INVALID_CREDENTIAL.at(gateway.ref, path, hint=f"{secret.ref}: {reason}", **facts)


def _credentials(gateway: Gateway) -> Iterator[tuple[str, str]]:
    for place, server in enumerate(gateway.spec.servers):
        if server.tls is not None:
            path = f"spec.servers[{place}].tls"
            if server.tls.credential_name:
                yield f"{path}.credentialName", server.tls.credential_name
            for number, name in enumerate(server.tls.credential_names):
                yield f"{path}.credentialNames[{number}]", name


def _defect(secret: Secret, now: float) -> str:
    """What is wrong with a Secret's certificate; "" for nothing."""
    for certificate, key in _PAIRS:
        if certificate in secret.data and key in secret.data:
            text = _decoded(secret.data[certificate])
            return _certificate_defect(text, now) if text and _decoded(secret.data[key]) else f"{certificate} is empty"
        if secret.string_data.get(certificate) and secret.string_data.get(key):
            return _certificate_defect(secret.string_data[certificate].encode(), now)
    return "it has neither tls.crt and tls.key nor cert and key"


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
