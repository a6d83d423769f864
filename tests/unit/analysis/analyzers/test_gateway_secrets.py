from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.support.certificates import LIFETIME, START
from tests.unit.analysis.found import found, pod, problems_by, rule
from tests.unit.analysis.secrets import certificate, secret

NAME = "gateway.SecretAnalyzer"
POD = pod("g/p", "{istio: in}")
PATH = "spec.servers[0].tls.credentialName"


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


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (START - timedelta(days=1), f"valid only from {START:%Y-%m-%d}"),
        (START + LIFETIME + timedelta(days=1), f"expired at {START + LIFETIME:%Y-%m-%d}"),
    ],
)
def test_a_certificate_that_is_not_in_force(moment: datetime, words: str) -> None:
    [problem] = problems_by(NAME, POD, good(), gateway("c"), now=moment.timestamp())
    assert problem.code == "IST0161"
    assert words in problem.hint


@pytest.mark.parametrize(
    ("secrets", "words"),
    [
        (lambda: [good()], "it has no ca.crt, nor cacert, but tls.crt, tls.key; a Secret c-cacert may hold it, too"),
        (lambda: [good(), secret("g/c-cacert", ca_crt=certificate())], ""),
        (lambda: [good(), secret("g/c-cacert", cacert="no")], "cacert is no certificate in PEM"),
        (lambda: [secret("g/c", tls_crt=certificate(), tls_key="key", ca_crt=certificate())], ""),
    ],
)
def test_the_authority_by_which_clients_are_checked(secrets: Callable[[], list[str]], words: str) -> None:
    text = gateway("c").replace("SIMPLE", "MUTUAL")
    problems = problems_by(NAME, POD, *secrets(), text, now=START.timestamp() + 60)
    assert [each.code for each in problems] == ["IST0161"] * bool(words)
    assert all(each.hint.endswith(words) for each in problems)
