"""TLS that proxies start towards endpoints. Rules: Istio's `cluster_tls.go`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from lateen.api.destination_rule import ClientTLSSettings
from lateen.ir.cluster import UpstreamProtocol, UpstreamTls
from lateen.ir.origin import ConfigOrigin
from lateen.ir.secret import Secret
from lateen.model.hostname import is_wildcard
from lateen.model.service import Protocol, Service, ServicePort
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.sds import Unusable, authority, key_pair


@dataclass(frozen=True, slots=True)
class Credentials:
    """The Secrets that the rule of a service may be given at a proxy: those of the proxy's namespace, by name.

    Sidecars are `trusted` with those of rules that are for chosen workloads only, gateways with all of theirs.
    """

    trusted: bool = False
    secrets: Mapping[str, TlsSecret] = field(default_factory=dict)


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
    credentials: Credentials,
    origins: tuple[ConfigOrigin, ...],
) -> StartedTls:
    """The TLS for a cluster. Without `sni` requests send their own host, connections that of the service."""
    if settings is None or settings.mode in {"DISABLE", "ISTIO_MUTUAL"}:
        return PLAIN
    if settings.credential_name and not credentials.trusted:
        return PLAIN
    made = _settings(settings, service, port, protocol)
    return _by_secrets(made, settings, credentials, origins) if settings.credential_name else StartedTls(made)


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
    made: UpstreamTls, settings: ClientTLSSettings, credentials: Credentials, origins: tuple[ConfigOrigin, ...]
) -> StartedTls:
    """MUTUAL shows the certificate of the Secret; servers are checked by its authority."""
    name = settings.credential_name
    shown = key_pair(credentials.secrets, name, origins) if settings.mode == "MUTUAL" else None
    checked = None if settings.insecure_skip_verify else authority(credentials.secrets, name, origins)
    found = [each for each in (shown, checked) if each is not None]
    unusable = tuple(each for each in found if isinstance(each, Unusable))
    if unusable:
        return StartedTls(unusable=unusable)
    sent = tuple(each for each in found if isinstance(each, Secret))
    tls = msgspec.structs.replace(made, secret=shown.name if shown else "", ca_secret=checked.name if checked else "")
    return StartedTls(tls, sent)
