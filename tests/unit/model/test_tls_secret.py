import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from rich.pretty import pretty_repr
from tests.support.certificates import Certificate, certificate, tls_secret
from tests.support.resources import resources

from lateen.api.meta import ObjectMeta
from lateen.api.secret import Secret
from lateen.model.tls_secret import is_tls_secret
from lateen.model.tls_secret import tls_secret as read

GOOD, OTHER = certificate("a.com"), certificate("b.com")
SHORT = certificate("a.com", key=rsa.generate_private_key(65537, 1024))
LONG = certificate("a.com", key=rsa.generate_private_key(65537, 2048))


def of(data: dict[str, str]) -> Secret:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return Secret(metadata=ObjectMeta(name="s", namespace="n"), data=encoded)


@pytest.mark.parametrize(
    ("data", "made", "ca"),
    [
        ({"tls.crt": GOOD.pem, "tls.key": GOOD.key_pem}, GOOD, ""),
        ({"cert": GOOD.pem, "key": GOOD.key_pem}, GOOD, ""),
        ({"cert": GOOD.pem, "key": GOOD.key_pem, "tls.crt": OTHER.pem, "tls.key": OTHER.key_pem}, GOOD, ""),
        ({"cert": "", "key": "", "tls.crt": OTHER.pem, "tls.key": OTHER.key_pem}, OTHER, ""),
        ({"tls.crt": GOOD.pem + OTHER.pem, "tls.key": GOOD.key_pem, "ca.crt": OTHER.pem}, GOOD, OTHER.pem),
        ({"tls.crt": GOOD.pem, "tls.key": GOOD.key_pem, "ca.crt": GOOD.pem, "cacert": OTHER.pem}, GOOD, OTHER.pem),
        ({"tls.crt": LONG.pem, "tls.key": LONG.key_pem}, LONG, ""),
    ],
)
def test_certificates_stand_under_istios_keys(data: dict[str, str], made: Certificate, ca: str) -> None:
    found = read(of(data))
    assert found.certificate.decode().startswith(made.pem)
    assert (found.private_key.decode(), found.ca.decode(), found.defect) == (made.key_pem, ca, "")
    assert bool(found.ca_defect) is not bool(ca)


def test_plain_text_wins_over_base64() -> None:
    found = of({"tls.crt": OTHER.pem, "tls.key": OTHER.key_pem})
    plain = Secret(metadata=found.metadata, data=found.data, string_data={"cert": GOOD.pem, "key": GOOD.key_pem})
    assert read(plain).certificate.decode() == GOOD.pem


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "it has no tls.crt with tls.key, nor cert with key, but nothing"),
        ({"tls.crt": GOOD.pem, "x": "y"}, "it has no tls.crt with tls.key, nor cert with key, but tls.crt, x"),
        ({"tls.crt": "no", "tls.key": GOOD.key_pem}, "tls.crt is no certificate in PEM"),
        ({"cert": GOOD.pem, "key": GOOD.pem}, "key is no private key in PEM without a password"),
        ({"tls.crt": GOOD.pem, "tls.key": OTHER.key_pem}, "tls.key does not belong to tls.crt"),
        ({"tls.crt": SHORT.pem, "tls.key": SHORT.key_pem}, "the key has 1024 bits: 2048 are the least for RSA"),
    ],
)
def test_what_is_of_no_use_is_said(data: dict[str, str], says: str) -> None:
    assert read(of(data)).defect == says


def test_an_authority_must_be_a_certificate() -> None:
    assert read(of({"ca.crt": "no"})).ca_defect == "ca.crt is no certificate in PEM"
    assert read(of({"cacert": GOOD.pem, "crl": "list"})).crl == b"list"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("kubernetes.io/tls", True), ("Opaque", True), ("kubernetes.io/service-account-token", False)],
)
def test_only_some_types_hold_certificates(kind: str, expected: bool) -> None:
    assert is_tls_secret(Secret(metadata=ObjectMeta(name="s"), type=kind)) is expected


def test_nothing_secret_is_in_a_representation() -> None:
    (secret,) = resources(tls_secret("s", GOOD))
    assert isinstance(secret, Secret)
    made = read(secret)
    for text in (repr(secret), pretty_repr(secret), repr(made), pretty_repr({"a": made})):
        assert "s" in text
        assert not any(part in text for part in (GOOD.key_pem.splitlines()[1], secret.data["tls.key"][:40]))
