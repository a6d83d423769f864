import base64
import datetime
import functools
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.unit.analysis.found import core, found, pod, problems_by, rule

NAME = "gateway.SecretAnalyzer"
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
POD = pod("g/p", "{istio: in}")
PATH = "spec.servers[0].tls.credentialName"


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


def gateway(credential: str, selector: str = "{istio: in}") -> str:
    port = "{number: 443, name: https, protocol: HTTPS}"
    server = f"{{port: {port}, hosts: ['*'], tls: {{mode: SIMPLE, credentialName: {credential}}}}}"
    return rule("Gateway", "it", f"{{selector: {selector}, servers: [{server}]}}")


def good(name: str = "g/c") -> str:
    return secret(name, tls_crt=certificate(), tls_key="key")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        (lambda: [POD, good(), gateway("c")], []),
        (lambda: [POD, secret("g/c", cert=certificate(), key="key"), gateway("c")], []),
        (lambda: [POD, good("other/c"), gateway("other/c")], []),
        (lambda: [POD, good("other/c"), gateway("c")], [("IST0101", PATH)]),
        (lambda: [POD, gateway("c")], [("IST0101", PATH)]),
        (lambda: [POD, good(), gateway("c", "{istio: out}")], [("IST0101", "spec.selector")]),
        (lambda: [POD, secret("g/c", tls_crt="no", tls_key="key"), gateway("c")], [("IST0161", PATH)]),
        (lambda: [POD, secret("g/c", tls_crt=certificate(), tls_key=""), gateway("c")], [("IST0161", PATH)]),
        (lambda: [POD, secret("g/c", other="x"), gateway("c")], [("IST0161", PATH)]),
    ],
)
def test_credentials(documents: Callable[[], list[str]], expected: list[tuple[str, str]]) -> None:
    now = START.timestamp() + 60
    assert [(code, path) for code, _, path in found(NAME, *documents(), now=now)] == expected


def test_several_credentials_of_one_server() -> None:
    text = gateway("c").replace("credentialName: c", "credentialNames: [c, d]")
    [(code, _, path)] = found(NAME, POD, good(), text, now=START.timestamp() + 60)
    assert (code, path) == ("IST0101", "spec.servers[0].tls.credentialNames[1]")


@pytest.mark.parametrize(("days", "words"), [(2, "expired at 2030-01-02"), (-1, "valid only from 2030-01-01")])
def test_a_certificate_that_is_not_in_force(days: int, words: str) -> None:
    now = (START + datetime.timedelta(days=days)).timestamp()
    [problem] = problems_by(NAME, POD, good(), gateway("c"), now=now)
    assert problem.code == "IST0161"
    assert words in problem.hint
