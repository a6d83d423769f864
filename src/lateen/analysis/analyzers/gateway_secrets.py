"""Credentials that Gateways name must be Secrets in the namespace of the gateway's workloads, with a good certificate.

IST0101 for a Secret that does not exist there (or where the Gateway selects nothing), IST0161 for one without a
certificate and key that are in force now, or without the authority by which a server is to check clients.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.credentials import Credentials
from lateen.analysis.messages import INVALID_CREDENTIAL, NOT_FOUND
from lateen.analysis.subject import selector_text
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.secret import Secret
from lateen.model.tls_secret import CA_SUFFIX

_CLIENT_CHECKED = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report credentials that will not work."""
    credentials = Credentials(config.of(Secret), config.now)
    for gateway in config.of(Gateway):
        workload = next(config.workloads.selected(gateway.spec.selector), None)
        if workload is None:
            text = selector_text(gateway.spec.selector)
            hint = "it must be the labels of a gateway's pods"
            yield NOT_FOUND.at(gateway.ref, "spec.selector", what="selector", name=text, hint=hint)
            continue
        for path, credential, is_checking in _named(gateway):
            yield from _analyze(gateway, path, credential, credentials, workload.namespace, is_checking=is_checking)


def _named(gateway: Gateway) -> Iterator[tuple[str, str, bool]]:
    """Credentials, where they are named, and whether clients are checked by the authority that goes with them."""
    for place, server in enumerate(gateway.spec.servers):
        if server.tls is not None:
            path = f"spec.servers[{place}].tls"
            checked = server.tls.mode in _CLIENT_CHECKED and not server.tls.ca_cert_credential_name
            if server.tls.credential_name:
                yield f"{path}.credentialName", server.tls.credential_name, checked and not server.tls.credential_names
            for number, name in enumerate(server.tls.credential_names):
                yield f"{path}.credentialNames[{number}]", name, checked and not number


def _analyze(
    gateway: Gateway, path: str, credential: str, credentials: Credentials, namespace: str, *, is_checking: bool
) -> Iterator[Problem]:
    secret = credentials.find(namespace, credential)
    if secret is None:
        hint = f"apply a Secret of this name in namespace {namespace}"
        yield NOT_FOUND.at(gateway.ref, path, what="credentialName", name=credential, hint=hint)
        return
    facts = {"gateway": gateway.metadata.name, "namespace": namespace}
    if reason := credentials.certificate_defect(secret):
        yield INVALID_CREDENTIAL.at(gateway.ref, path, hint=f"{secret.ref}: {reason}", **facts)
    authority = credentials.authority(namespace, credential) if is_checking else None
    if authority is not None and (reason := credentials.authority_defect(authority)):
        more = f"; a Secret {secret.metadata.name}{CA_SUFFIX} may hold it, too" if authority is secret else ""
        yield INVALID_CREDENTIAL.at(gateway.ref, path, hint=f"{authority.ref}: {reason}{more}", **facts)
