import pytest
from tests.unit.validation.found import found, in_spec


def server(text: str, port: str = "{number: 80, name: http, protocol: HTTP}") -> list[tuple[str, str]]:
    spec = f"{{selector: {{istio: ingressgateway}}, servers: [{{port: {port}, {text}}}]}}"
    return [(path.removeprefix("servers[0]").lstrip("."), code) for path, code in in_spec("Gateway", spec)]


HTTPS = "{number: 443, name: https, protocol: HTTPS}"


@pytest.mark.parametrize("host", ["*", "a.com", "*.a.com", "ns/a.com", "./*", "'*/a.com'", "10.0.0.1"])
def test_hosts_that_gateways_serve(host: str) -> None:
    assert server(f"hosts: ['{host.strip(chr(39))}']") == []


@pytest.mark.parametrize(
    ("text", "port", "path", "code"),
    [
        ("hosts: []", None, "hosts", "MissingField"),
        ("hosts: [short]", None, "hosts[0]", "InvalidHost"),
        ("hosts: ['a.*.com']", None, "hosts[0]", "InvalidHost"),
        ("hosts: ['*foo.com']", None, "hosts[0]", "InvalidHost"),
        ("hosts: ['A_B/a.com']", None, "hosts[0]", "InvalidHost"),
        ("hosts: ['*']", "{number: 0, name: http, protocol: HTTP}", "port.number", "InvalidPort"),
        ("hosts: ['*']", "{number: 80, name: '', protocol: HTTP}", "port.name", "MissingField"),
        ("hosts: ['*']", "{number: 80, name: a, protocol: HTPP}", "port.protocol", "InvalidValue"),
        ("hosts: ['*']", "{number: 80, name: a, protocol: HTTP, targetPort: 8080}", "port.targetPort", "Unsupported"),
        ("hosts: ['*'], bind: localhost", None, "bind", "InvalidAddress"),
        ("hosts: ['*'], bind: 'unix:///a'", None, "port.number", "Conflict"),
        ("hosts: ['*'], tls: {mode: SIMPLE, credentialName: c}", None, "tls", "Conflict"),
        ("hosts: ['*']", HTTPS, "tls", "MissingField"),
        ("hosts: ['*'], tls: {mode: SIMPLE, serverCertificate: c}", HTTPS, "tls.privateKey", "MissingField"),
        (
            "hosts: ['*'], tls: {mode: MUTUAL, serverCertificate: c, privateKey: k}",
            HTTPS,
            "tls.caCertificates",
            "MissingField",
        ),
        ("hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, credentialNames: [d]}", HTTPS, "tls", "Conflict"),
        ("hosts: ['*'], tls: {mode: MUTUAL, credentialName: c, caCrl: l}", HTTPS, "tls.caCrl", "Conflict"),
        ("hosts: ['*'], tls: {mode: PASSTHROUGH, caCrl: l}", HTTPS, "tls.caCrl", "Suspicious"),
        (
            "hosts: ['*'], tls: {mode: SIMPLE, serverCertificate: c, privateKey: k, caCrl: l}",
            HTTPS,
            "tls.caCrl",
            "Conflict",
        ),
        (
            "hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, cipherSuites: [AES128-SHA, RC4]}",
            HTTPS,
            "tls.cipherSuites[1]",
            "InvalidValue",
        ),
        ("hosts: ['::1']", None, "hosts[0]", "InvalidHost"),
        ("hosts: ['*'], tls: {credentialNames: []}", HTTPS, "tls.credentialNames", "MissingField"),
        ("hosts: ['*'], tls: {mode: ISTIO_MUTUAL, credentialName: c}", HTTPS, "tls.credentialName", "Conflict"),
        ("hosts: ['*'], tls: {mode: PASSTHROUGH, credentialName: c}", HTTPS, "tls.credentialName", "Suspicious"),
        (
            (
                "hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_3, "
                "maxProtocolVersion: TLSV1_2}"
            ),
            HTTPS,
            "tls.maxProtocolVersion",
            "Conflict",
        ),
    ],
)
def test_what_istio_refuses_or_warns_of(text: str, port: str | None, path: str, code: str) -> None:
    assert (server(text, port) if port else server(text)) == [(path, code)]


def test_plain_http_may_redirect_and_https_have_certificates() -> None:
    assert server("hosts: ['*'], tls: {httpsRedirect: true}") == []
    assert server("hosts: ['*'], tls: {mode: SIMPLE, credentialName: c}", HTTPS) == []


def test_ports_have_names_of_their_own() -> None:
    one = "{port: {number: %d, name: http, protocol: HTTP}, hosts: ['*']}"
    spec = f"{{selector: {{a: b}}, servers: [{one % 80}, {one % 81}]}}"
    assert in_spec("Gateway", spec) == [("servers[1].port.name", "Duplicate")]


def test_a_gateway_without_servers_selector_or_a_plain_name() -> None:
    assert in_spec("Gateway", "{}") == [("servers", "MissingField"), ("selector", "Suspicious")]
    text = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a.b}\n"
    assert ("metadata.name", "InvalidName") in found(text)
