"""Secrets with certificates."""

import base64
import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.unit.analysis.found import core

START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


@functools.cache
def certificate() -> str:
    """One that is in force for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(START).not_valid_after(START + datetime.timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def secret(name: str, **data: str) -> str:
    pairs = ", ".join(
        f"{key.replace('_', '.')}: {base64.b64encode(text.encode()).decode()}" for key, text in data.items()
    )
    return core("Secret", name, f"data: {{{pairs}}}")
