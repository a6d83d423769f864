import pytest
from tests.unit.validation.found import in_spec


@pytest.mark.parametrize(
    ("kind", "spec", "found"),
    [
        ("WorkloadEntry", "{address: 10.0.0.1, ports: {http: 80}, locality: r/z/s, weight: 2}", []),
        ("WorkloadEntry", "{address: db.a.com}", []),
        ("WorkloadEntry", "{address: 'unix://@name'}", []),
        ("WorkloadEntry", "{network: vpc}", [("address", "Suspicious")]),
        ("WorkloadEntry", "{}", [("address", "MissingField")]),
        ("WorkloadEntry", "{address: '10.0.0.1:80'}", [("address", "InvalidAddress")]),
        ("WorkloadEntry", "{address: 'unix://a'}", [("address", "InvalidAddress")]),
        ("WorkloadEntry", "{address: a, ports: {http: 0}}", [("ports.http", "InvalidPort")]),
        ("WorkloadEntry", "{address: a, locality: a//b}", [("locality", "Suspicious")]),
        ("WorkloadEntry", "{address: a, ports: {HTTP: 80, a_b: 80}}", [("ports.a_b", "InvalidName")]),
        (
            "WorkloadGroup",
            "{template: {labels: {a: '-'}, ports: {'a b': 1}}}",
            [("template.labels.a", "InvalidLabel"), ("template.ports[a b]", "InvalidName")],
        ),
        (
            "WorkloadGroup",
            "{template: {}, probe: {httpGet: {port: 80, httpHeaders: [{name: a_b, value: c}, {name: A-b}]}}}",
            [("probe.httpGet.httpHeaders[0].name", "InvalidHeader")],
        ),
        ("WorkloadEntry", "{address: a, weight: -1}", [("weight", "InvalidValue")]),
        ("WorkloadGroup", "{template: {ports: {http: 80}}, probe: {httpGet: {port: 80}}}", []),
        ("WorkloadGroup", "{}", [("template", "MissingField")]),
        ("WorkloadGroup", "{template: {}, probe: {}}", [("probe", "MissingField")]),
        ("WorkloadGroup", "{template: {}, probe: {exec: {command: []}}}", [("probe.exec.command", "MissingField")]),
        (
            "WorkloadGroup",
            "{template: {}, probe: {periodSeconds: -1, tcpSocket: {port: 0}}}",
            [("probe.periodSeconds", "InvalidValue"), ("probe.tcpSocket.port", "InvalidPort")],
        ),
    ],
)
def test_entries_and_groups(kind: str, spec: str, found: list[tuple[str, str]]) -> None:
    assert in_spec(kind, spec) == found
