"""TLS that proxies start towards endpoints. Rules: Istio's `cluster_tls.go`."""

from dataclasses import dataclass

import msgspec

from lateen.api.destination_rule import ClientTLSSettings
from lateen.ir.cluster import UpstreamProtocol, UpstreamTls
from lateen.ir.origin import ConfigOrigin
from lateen.ir.secret import Secret
from lateen.model.hostname import is_wildcard
from lateen.model.service import Protocol, Service, ServicePort
from lateen.resolve.sds import TlsSecrets, Unusable, authority, key_pair


@dataclass(frozen=True, slots=True)
class StartedTls:
    """`tls` `None` is plain text; with `unusable` Secrets no connection may be made at all."""

    tls: UpstreamTls | None = None
    secrets: tuple[Secret, ...] = ()
    unusable: tuple[Unusable, ...] = ()


PLAIN = StartedTls()


def upstream_tls(
    settings: ClientTLSSettings | None,
    service: Service,
    port: ServicePort,
    protocol: UpstreamProtocol,
    secrets: TlsSecrets | None,
    origins: tuple[ConfigOrigin, ...],
) -> StartedTls:
    """The TLS for a cluster. Without `sni` requests send their own host, connections that of the service.

    `secrets` `None`: the proxy may use none for the rule, and sends plain text where that names one.
    """
    if settings is None or settings.mode in {"DISABLE", "ISTIO_MUTUAL"}:
        return PLAIN
    made = _settings(settings, service, port, protocol)
    if not settings.credential_name:
        return StartedTls(made)
    return PLAIN if secrets is None else _by_secrets(made, settings, secrets, origins)


def _settings(
    settings: ClientTLSSettings, service: Service, port: ServicePort, protocol: UpstreamProtocol
) -> UpstreamTls:
    """All but what comes from Secrets."""
    mutual = settings.mode == "MUTUAL"
    requests = port.protocol.is_http or port.protocol is Protocol.AUTO
    fixed = "" if requests or is_wildcard(service.hostname) else service.hostname
    return UpstreamTls(
        sni=settings.sni or fixed,
        certificate=settings.client_certificate if mutual else "",
        private_key=settings.private_key if mutual else "",
        ca=settings.ca_certificates,
        crl=settings.ca_crl,
        subject_alt_names=settings.subject_alt_names or service.subject_alt_names,
        check_server_name=not settings.sni,
        insecure_skip_verify=bool(settings.insecure_skip_verify),
        alpn=("h2",) if protocol is UpstreamProtocol.HTTP2 else (),
    )


def _by_secrets(
    made: UpstreamTls, settings: ClientTLSSettings, secrets: TlsSecrets, origins: tuple[ConfigOrigin, ...]
) -> StartedTls:
    """MUTUAL shows the certificate of the Secret; servers are checked by its authority."""
    name = settings.credential_name
    shown = key_pair(secrets, name, origins) if settings.mode == "MUTUAL" else None
    checked = None if settings.insecure_skip_verify else authority(secrets, name, origins)
    found = [each for each in (shown, checked) if each is not None]
    unusable = tuple(each for each in found if isinstance(each, Unusable))
    if unusable:
        return StartedTls(unusable=unusable)
    sent = tuple(each for each in found if isinstance(each, Secret))
    tls = msgspec.structs.replace(made, secret=shown.name if shown else "", ca_secret=checked.name if checked else "")
    return StartedTls(tls, sent)
