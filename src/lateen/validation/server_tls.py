"""TLS of a Gateway's or Sidecar's port. Rules: `validateTLSOptions` in Istio."""

from typing import Final

from lateen.api.cipher_suite import is_cipher_suite
from lateen.api.gateway import ServerTLSSettings, TLSCertificate
from lateen.validation.field import Field

_OPENED: Final = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")
"""Modes in which the proxy ends TLS itself."""


def check_server_tls(tls: ServerTLSSettings, field: Field) -> None:
    """Report certificates that are missing, given twice or meaningless in the mode."""
    sources = {
        "serverCertificate": tls.server_certificate,
        "privateKey": tls.private_key,
        "caCertificates": tls.ca_certificates,
        "tlsCertificates": tls.tls_certificates,
        "credentialName": tls.credential_name,
        "credentialNames": tls.credential_names,
    }
    given = [name for name, value in sources.items() if value]
    _check_versions(tls, field)
    if tls.mode == "ISTIO_MUTUAL":
        for name in given:
            (field / name).error("ISTIO_MUTUAL uses the mesh's own certificates", "remove it", "Conflict")
        return
    if tls.mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH"):
        for name in (*given, "caCrl") if tls.ca_crl else given:
            (field / name).warn(f"{tls.mode} does not open the connection, so it needs no certificate", "remove it")
    _check_sources(tls, field)
    _check_revocations(tls, field / "caCrl")
    if tls.mode in _OPENED and not (tls.credential_name or tls.credential_names):
        _check_certificates(tls, field)


def _check_sources(tls: ServerTLSSettings, field: Field) -> None:
    files = bool(tls.server_certificate and tls.private_key)
    several = [files, bool(tls.credential_name), bool(tls.credential_names), bool(tls.tls_certificates)]
    if sum(several) > 1:
        hint = "keep one of credentialName, credentialNames, tlsCertificates, or serverCertificate with privateKey"
        field.error("certificates come from several places", hint, "Conflict")
    for name, count in (("credentialNames", len(tls.credential_names)), ("tlsCertificates", len(tls.tls_certificates))):
        if count > 2:
            (field / name).error(f"{count} certificates are given", "two are the most: one RSA, one ECDSA")


def _check_revocations(tls: ServerTLSSettings, field: Field) -> None:
    if not tls.ca_crl:
        return
    if tls.credential_name or tls.credential_names:
        report = field.warn if tls.mode in _OPENED or not tls.credential_name else field.error
        report("is not used with a secret", "make the list a part of the secret", "Conflict")
    elif tls.mode == "SIMPLE":
        field.error("SIMPLE asks for no client certificates", "write MUTUAL, or remove it", "Conflict")


def _check_certificates(tls: ServerTLSSettings, field: Field) -> None:
    if tls.mode != "SIMPLE" and not tls.ca_certificates:
        hint = "set caCertificates, or credentialName"
        (field / "caCertificates").error(f"{tls.mode} needs it to check clients", hint, "MissingField")
    pairs: list[tuple[Field, TLSCertificate | ServerTLSSettings]]
    pairs = [(field.at("tlsCertificates", place), each) for place, each in enumerate(tls.tls_certificates)]
    for where, pair in pairs or [(field, tls)]:
        for name, value in (("serverCertificate", pair.server_certificate), ("privateKey", pair.private_key)):
            if not value:
                (where / name).error(f"{tls.mode} needs it", f"set {name}, or credentialName", "MissingField")


def _check_versions(tls: ServerTLSSettings, field: Field) -> None:
    if tls.min_protocol_version in ("TLSV1_0", "TLSV1_1") and not tls.cipher_suites:
        message = "the default cipher suites do not work with it"
        (field / "minProtocolVersion").warn(message, "set cipherSuites too, or ask for TLSV1_2")
    if "TLS_AUTO" not in (tls.min_protocol_version, tls.max_protocol_version) and (
        tls.min_protocol_version > tls.max_protocol_version
    ):
        (field / "maxProtocolVersion").warn("is below minProtocolVersion", "exchange them", "Conflict")
    seen: set[str] = set()
    for place, suite in enumerate(tls.cipher_suites):
        where = field.at("cipherSuites", place)
        if not is_cipher_suite(suite):
            message = f"{suite} is unknown to the proxies: it is left out"
            where.warn(message, "write it as OpenSSL does", "InvalidValue")
        elif suite in seen:
            where.warn(f"{suite} is there twice", "remove one", "Duplicate")
        seen.add(suite)
