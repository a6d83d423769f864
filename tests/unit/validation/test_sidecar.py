import pytest
from tests.unit.validation.found import in_spec


@pytest.mark.parametrize(
    "spec",
    [
        "{egress: [{hosts: ['./*', 'istio-system/*', '~other/*', '~/*']}]}",
        "{egress: [{port: {number: 80, protocol: HTTP}, hosts: ['*/a.com']}, {hosts: ['*/*']}]}",
        "{egress: [{port: {number: 0}, bind: 'unix:///a', hosts: ['./*']}]}",
        "{ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: '127.0.0.1:8080'}]}",
        "{ingress: [{port: {number: 80}, defaultEndpoint: 'unix:///a'}]}",
        "{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: a.com, port: {number: 80}}}}",
    ],
)
def test_what_istio_accepts(spec: str) -> None:
    assert in_spec("Sidecar", spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("{}", "", "MissingField"),
        ("{workloadSelector: {labels: {}}, egress: [{hosts: ['./*']}]}", "workloadSelector", "Suspicious"),
        ("{egress: [{hosts: [a.com]}]}", "egress[0].hosts[0]", "InvalidHost"),
        ("{egress: [{hosts: []}]}", "egress[0].hosts", "MissingField"),
        ("{egress: [{hosts: ['./a']}]}", "egress[0].hosts[0]", "InvalidHost"),
        ("{egress: [{hosts: ['*/*', './*']}]}", "egress[0].hosts", "Duplicate"),
        ("{egress: [{hosts: ['./*', default/a.com]}]}", "egress[0].hosts[1]", "Duplicate"),
        ("{egress: [{hosts: [b/a.com, 'b/*']}]}", "egress[0].hosts[1]", "Duplicate"),
        (
            "{egress: [{port: {number: 0}, bind: 'unix:///a', hosts: ['./*']}, "
            "{port: {number: 0}, bind: 'unix:///a', hosts: ['./*']}]}",
            "egress[1].bind",
            "Duplicate",
        ),
        (
            "{workloadSelector: {labels: {a: '*'}}, egress: [{hosts: ['./*']}]}",
            "workloadSelector.labels.a",
            "InvalidLabel",
        ),
        (
            "{ingress: [{port: {number: 80, protocol: TCP}, connectionPool: {http: {maxRetries: 1}}}]}",
            "ingress[0].connectionPool.http",
            "Suspicious",
        ),
        (
            "{ingress: [{port: {number: 80, protocol: TLS}, tls: {mode: SIMPLE, serverCertificate: a, privateKey: b, "
            "subjectAltNames: [c]}}]}",
            "ingress[0].tls.subjectAltNames",
            "Unsupported",
        ),
        ("{egress: [{hosts: ['./*']}, {hosts: ['./*']}]}", "egress[0].port", "Conflict"),
        ("{egress: [{port: {number: 99999}, hosts: ['./*']}]}", "egress[0].port.number", "InvalidPort"),
        ("{ingress: [{port: {number: 80}}, {port: {number: 80}}]}", "ingress[1].port.number", "Duplicate"),
        ("{ingress: [{port: {number: 80}, defaultEndpoint: 'a:1'}]}", "ingress[0].defaultEndpoint", "InvalidAddress"),
        ("{ingress: [{port: {number: 80}, bind: a}]}", "ingress[0].bind", "InvalidAddress"),
        ("{ingress: [{port: {number: 80, protocol: X}}]}", "ingress[0].port.protocol", "InvalidValue"),
        ("{ingress: [{port: {number: 80}, tls: {}}]}", "ingress[0].tls", "Conflict"),
        (
            "{outboundTrafficPolicy: {egressProxy: {host: a, port: {number: 1}}}}",
            "outboundTrafficPolicy.egressProxy",
            "Conflict",
        ),
        ("{inboundConnectionPool: {}}", "inboundConnectionPool", "MissingField"),
    ],
)
def test_what_istio_refuses_or_warns_of(spec: str, path: str, code: str) -> None:
    assert in_spec("Sidecar", spec) == [(path, code)]
