"""Certificates of gateways, which files with rules seldom hold."""

from collections.abc import Iterator
from dataclasses import replace

from lateen.api.gateway import Gateway
from lateen.model.selection import selects
from lateen.model.snapshot import MeshSnapshot
from lateen.model.tls_secret import TlsSecret

GATEWAY_NAMESPACE = "istio-system"
NOTE = "no file holds a Secret: the certificates that Gateways name are taken to be there"


def with_secrets(snapshot: MeshSnapshot) -> tuple[MeshSnapshot, tuple[str, ...]]:
    """The mesh with every Secret that a Gateway names, and what a reader should know about that.

    Secrets that are described are taken to be all that there are.
    """
    if snapshot.secrets:
        return snapshot, ()
    secrets = {
        (each.namespace, each.name): each for gateway in snapshot.gateways for each in _secrets(snapshot, gateway)
    }
    return (replace(snapshot, secrets=secrets), (NOTE,)) if secrets else (snapshot, ())


def _secrets(snapshot: MeshSnapshot, gateway: Gateway) -> Iterator[TlsSecret]:
    workloads = snapshot.workloads.values()
    namespaces = {each.namespace for each in workloads if selects(gateway.spec.selector, each.labels)}
    for server in gateway.spec.servers:
        if server.tls is None:
            continue
        tls = server.tls
        named = (tls.credential_name, *tls.credential_names, tls.ca_cert_credential_name)
        for name in (each.removeprefix("kubernetes://") for each in named if each):
            for namespace in namespaces or {GATEWAY_NAMESPACE}:
                yield TlsSecret(namespace, name, certificate=b"assumed", private_key=b"assumed", ca=b"assumed")
