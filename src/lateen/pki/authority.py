"""A mesh's certificate authority and the certificate of its REST API, kept in a folder."""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lateen.lib.clock import Clock

AUTHORITY_DAYS = 3650
SERVER_DAYS = 365
CLOCK_SKEW = timedelta(minutes=5)
SERVER_NAMES: Sequence[str] = ("localhost", "127.0.0.1", "::1")


class PkiError(Exception):
    """A certificate or key file can't be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, which no representation shows."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def certificate_pem(self) -> str:
        """The certificate as PEM text."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def is_due(self, clock: Clock) -> bool:
        """Whether less than a third of its life is left."""
        life = self.certificate.not_valid_after_utc - self.certificate.not_valid_before_utc
        return _now(clock) > self.certificate.not_valid_after_utc - life / 3


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """Where a server finds its certificate and key, and the authority that vouches for it."""

    certificate: Path
    key: Path
    authority: Path


def ensure_server_files(folder: Path, mesh: str, clock: Clock, names: Sequence[str] = SERVER_NAMES) -> ServerFiles:
    """The API's certificate in `folder`, made with its authority by the first call and kept.

    Either is made anew when less than a third of its life is left; the server's also when it is not for `names` or
    not by this authority. Raises PkiError for files that can't be used."""
    files = ServerFiles(folder / "server.crt", folder / "server.key", folder / "ca.crt")
    authority = ensure_authority(folder, mesh, clock)
    known = _load(files.certificate, files.key)
    if known is None or known.is_due(clock) or not _fits(known, authority, names):
        _save(issue_server_certificate(authority, names, clock), files.certificate, files.key)
    return files


def ensure_authority(folder: Path, mesh: str, clock: Clock) -> KeyPair:
    """The certificate authority in `folder`, made by the first call and kept. Raises PkiError."""
    certificate, key = folder / "ca.crt", folder / "ca.key"
    known = _load(certificate, key)
    if known is not None and not known.is_due(clock):
        return known
    authority = make_authority(mesh, clock)
    _save(authority, certificate, key)
    return authority


def make_authority(mesh: str, clock: Clock) -> KeyPair:
    """A new certificate authority that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"lateen {mesh} authority")
    builder = _builder(name, name, key, clock, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return KeyPair(builder.sign(key, hashes.SHA256()), key)


def issue_server_certificate(authority: KeyPair, names: Sequence[str], clock: Clock) -> KeyPair:
    """A new key, and the authority's certificate for a server known by `names` (host names or addresses)."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name("lateen api"), authority.certificate.subject, key, clock, SERVER_DAYS)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return KeyPair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, clock: Clock, days: int
) -> x509.CertificateBuilder:
    now = _now(clock)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "lateen")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _fits(server: KeyPair, authority: KeyPair, names: Sequence[str]) -> bool:
    try:
        server.certificate.verify_directly_issued_by(authority.certificate)
        known = server.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:
        return False
    return set(_general_names(names)) <= set(known)


def _now(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC)


def _load(certificate: Path, key: Path) -> KeyPair | None:
    if not certificate.exists() or not key.exists():
        return None
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise PkiError(f"{certificate} or {key} is damaged ({failure}): remove both to have them made anew") from None
    except OSError as failure:
        raise PkiError(f"{failure.filename} can't be read: {failure.strerror}") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != loaded.public_key():
        raise PkiError(f"{key} is not the key of {certificate}: remove both to have them made anew")
    return KeyPair(loaded, private)


def _save(pair: KeyPair, certificate: Path, key: Path) -> None:
    certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = pair.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # A crash between the two must not leave a pair that does not match.
    certificate.unlink(missing_ok=True)
    _write(key, private, 0o600)
    _write(certificate, pair.certificate_pem.encode(), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_suffix(path.suffix + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
