"""The certificates of a gateway's TLS servers: Secrets by name, sent by SDS, or files on the proxy's machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lateen.api.cipher_suite import is_cipher_suite
from lateen.api.gateway import ServerTLSSettings
from lateen.api.problem import Problem
from lateen.ir.listener import CertificateFiles, DownstreamTls
from lateen.ir.secret import Secret
from lateen.model.tls_secret import CA_SUFFIX
from lateen.resolve.destinations import REFERENCE
from lateen.resolve.gateway_servers import GatewayServer
from lateen.resolve.sds import Unusable, authority, key_pair
from lateen.resolve.view import GatewayView

CLIENT_CHECKED = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})


@dataclass(slots=True)
class Credentials:
    """How a server's TLS is ended, and the secrets for that by SDS name; no `tls`: it can't be."""

    tls: DownstreamTls | None = None
    secrets: dict[str, Secret] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def credentials_for(view: GatewayView, server: GatewayServer) -> Credentials:
    """The TLS settings of a server that ends TLS. A Secret that is missing or of no use is a problem of the Gateway."""
    settings = server.server.tls or ServerTLSSettings()
    found = Credentials()
    names = tuple(_certificates(view, server, settings, found))
    checked_by = _authority(view, server, settings, found) if settings.mode in CLIENT_CHECKED else ""
    made = downstream_tls(settings, names, checked_by)
    if not (made.secrets or made.files or found.problems):
        found.problems.append(
            server.problem("MissingField", "no certificate is given", "set credentialName", field=".tls")
        )
    if not found.problems:
        found.tls = made
    return found


def _certificates(
    view: GatewayView, server: GatewayServer, settings: ServerTLSSettings, found: Credentials
) -> Iterator[str]:
    """The SDS names of the server's own certificates."""
    fields = [(".tls.credentialName", settings.credential_name)] if settings.credential_name else []
    fields += [(f".tls.credentialNames[{place}]", name) for place, name in enumerate(settings.credential_names)]
    for path, name in fields:
        made = key_pair(view.credentials, name, (server.origin,))
        if isinstance(made, Unusable):
            found.problems.append(_problem(view, server, path, made))
            continue
        found.secrets[made.name] = made
        yield made.name


def _authority(view: GatewayView, server: GatewayServer, settings: ServerTLSSettings, found: Credentials) -> str:
    """The SDS name of the authority that clients are checked by."""
    path, name = _authority_field(settings)
    if not name:
        return ""
    made = authority(view.credentials, name, (server.origin,))
    if isinstance(made, Unusable):
        found.problems.append(_problem(view, server, path, made))
        return ""
    found.secrets[made.name] = made
    return made.name


def _authority_field(settings: ServerTLSSettings) -> tuple[str, str]:
    """The field that says which credential has the authority, and what it says."""
    if settings.ca_cert_credential_name:
        return ".tls.caCertCredentialName", settings.ca_cert_credential_name.removesuffix(CA_SUFFIX)
    if settings.credential_names:
        return ".tls.credentialNames[0]", settings.credential_names[0]
    return ".tls.credentialName", settings.credential_name


def _problem(view: GatewayView, server: GatewayServer, path: str, secret: Unusable) -> Problem:
    message, hint = secret.texts(view.scope.namespace)
    return server.problem(REFERENCE, f"{message}; the server's hosts are not served", hint, field=path, error=True)


def downstream_tls(settings: ServerTLSSettings, names: tuple[str, ...] = (), authority: str = "") -> DownstreamTls:
    """How TLS is ended: with the certificates of those secrets, else with files; `authority` is a secret, too."""
    checked = settings.mode in CLIENT_CHECKED
    suites = tuple(dict.fromkeys(each for each in settings.cipher_suites if each and is_cipher_suite(each)))
    return DownstreamTls(
        secrets=names,
        ca_secret=authority,
        files=() if names else tuple(_files(settings)),
        ca=settings.ca_certificates if checked and not authority else "",
        crl=settings.ca_crl if checked and not authority else "",
        require_client_certificate=settings.mode == "MUTUAL",
        subject_alt_names=settings.subject_alt_names if checked else (),
        verify_spki=settings.verify_certificate_spki if checked else (),
        verify_hash=settings.verify_certificate_hash if checked else (),
        insecure_skip_verify=checked and bool(settings.insecure_skip_verify),
        min_version=_version(settings.min_protocol_version),
        max_version=_version(settings.max_protocol_version),
        cipher_suites=suites,
        ecdh_curves=settings.ecdh_curves,
    )


def _version(word: str) -> str:
    return "" if word == "TLS_AUTO" else word


def _files(settings: ServerTLSSettings) -> Iterator[CertificateFiles]:
    for each in settings.tls_certificates:
        yield CertificateFiles(certificate=each.server_certificate, private_key=each.private_key)
    if settings.server_certificate:
        yield CertificateFiles(certificate=settings.server_certificate, private_key=settings.private_key)
