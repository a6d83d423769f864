"""Certificates that rules name, which files with rules seldom hold."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from lateen.api.gateway import Gateway
from lateen.model.selection import selects
from lateen.model.snapshot import MeshSnapshot
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.host_rule import named_secrets
from lateen.resolve.sds import secret_name

GATEWAY_NAMESPACE = "istio-system"
NOTE = "no file holds a Secret: the certificates that rules name are taken to be there"


def with_secrets(snapshot: MeshSnapshot) -> tuple[MeshSnapshot, tuple[str, ...]]:
    """The mesh with every Secret that a rule names, and what a reader should know about that.

    Secrets that are described are taken to be all that there are.
    """
    if snapshot.secrets:
        return snapshot, ()
    found = chain(*(_secrets(snapshot, each) for each in snapshot.gateways), _client_secrets(snapshot))
    secrets = {(each.namespace, each.name): each for each in found}
    return (replace(snapshot, secrets=secrets), (NOTE,)) if secrets else (snapshot, ())


def _secrets(snapshot: MeshSnapshot, gateway: Gateway) -> Iterator[TlsSecret]:
    workloads = snapshot.workloads.values()
    namespaces = {each.namespace for each in workloads if selects(gateway.spec.selector, each.labels)}
    for server in gateway.spec.servers:
        if server.tls is None:
            continue
        tls = server.tls
        named = (tls.credential_name, *tls.credential_names, tls.ca_cert_credential_name)
        for name in (secret_name(each) for each in named if each):
            for namespace in namespaces or {GATEWAY_NAMESPACE}:
                yield _assumed(namespace, name)


def _client_secrets(snapshot: MeshSnapshot) -> Iterator[TlsSecret]:
    """The Secrets of destination rules, wherever there are workloads that may ask for them."""
    namespaces = {GATEWAY_NAMESPACE, *(each.namespace for each in snapshot.workloads.values())}
    for rule in snapshot.destination_rules:
        for credential in named_secrets(rule):
            yield from (_assumed(namespace, secret_name(credential)) for namespace in namespaces)


def _assumed(namespace: str, name: str) -> TlsSecret:
    return TlsSecret(namespace, name, certificate=b"assumed", private_key=b"assumed", ca=b"assumed")
