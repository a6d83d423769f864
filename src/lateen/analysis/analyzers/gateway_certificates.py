"""Gateways on the same workloads should not present one certificate for different hosts.

IST0138 for each pair that does: browsers then reuse a connection for hosts of the other Gateway, and get 404.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import DUPLICATE_CERTIFICATE, brackets
from lateen.analysis.subject import full_name
from lateen.api.gateway import Gateway, ServerTLSSettings
from lateen.api.problem import Problem
from lateen.model.selection import selects


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report each Gateway with the certificate of another."""
    by_certificate: dict[tuple[str, str], list[tuple[Gateway, int]]] = {}
    for gateway in config.of(Gateway):
        for place, server in enumerate(gateway.spec.servers):
            if server.tls is not None and (certificate := _certificate(server.tls)):
                by_certificate.setdefault(certificate, []).append((gateway, place))
    for sharing in by_certificate.values():
        reported: set[tuple[str, str]] = set()
        for gateway, place in sharing:
            for other, _ in sharing:
                names = full_name(gateway), full_name(other)
                same_workloads = selects(gateway.spec.selector, other.spec.selector)
                if other is not gateway and same_workloads and names not in reported:
                    reported.add(names)
                    path = f"spec.servers[{place}].tls"
                    yield DUPLICATE_CERTIFICATE.at(gateway.ref, path, gateways=brackets(names))


def _certificate(tls: ServerTLSSettings) -> tuple[str, str] | None:
    if tls.credential_name:
        return tls.credential_name, ""
    return (tls.server_certificate, tls.private_key) if tls.server_certificate and tls.private_key else None
