import pytest
from tests.unit.validation.found import in_spec

PORT = "ports: [{number: 443, name: tls, protocol: TLS}]"
TCP = "ports: [{number: 3306, name: tcp, protocol: TCP}]"


def entry(text: str) -> list[tuple[str, str]]:
    return in_spec("ServiceEntry", f"{{{text}}}")


@pytest.mark.parametrize(
    "text",
    [
        f"hosts: [a.com], {PORT}, resolution: DNS, location: MESH_EXTERNAL",
        f"hosts: ['*.a.com'], {PORT}",
        f"hosts: ['*.a.com'], {PORT}, resolution: DYNAMIC_DNS",
        (
            f"hosts: [db], addresses: [240.0.0.1, 10.0.0.0/8], {TCP}, resolution: STATIC, "
            f"endpoints: [{{address: 1.2.3.4, ports: {{tcp: 1}}}}]"
        ),
        f"hosts: [a, b], {TCP}",
        f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{{address: 'unix:///var/a.sock'}}]",
        f"hosts: [a], {PORT}, resolution: STATIC, workloadSelector: {{labels: {{app: a}}}}",
        f"hosts: [a], {PORT}, exportTo: ['~']",
        f"hosts: [a], {PORT}, resolution: DNS, endpoints: [{{address: b.com, locality: r/z, weight: 3}}]",
    ],
)
def test_what_istio_accepts(text: str) -> None:
    assert entry(text) == []


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        (f"hosts: ['*'], {PORT}", "hosts[0]", "InvalidHost"),
        (f"hosts: [], {PORT}", "hosts", "MissingField"),
        ("hosts: [a]", "ports", "Suspicious"),
        (f"hosts: [a], addresses: [x], {PORT}", "addresses[0]", "InvalidAddress"),
        (f"hosts: [a], addresses: [10.0.0.0/8], {PORT}, resolution: DNS", "addresses[0]", "Conflict"),
        (f"hosts: ['*.a.com'], {PORT}, resolution: DNS", "hosts[0]", "Conflict"),
        (f"hosts: [a, b], {TCP}, resolution: DNS", "hosts", "Conflict"),
        (f"hosts: [a], {PORT}, endpoints: [{{address: 1.1.1.1}}]", "endpoints", "Conflict"),
        (
            f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{{address: b.com}}]",
            "endpoints[0].address",
            "InvalidAddress",
        ),
        (f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{{}}]", "endpoints[0].address", "MissingField"),
        (
            f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{{address: 1.1.1.1, ports: {{http: 1}}}}]",
            "endpoints[0].ports.http",
            "InvalidValue",
        ),
        (
            f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{{address: 'unix:///a', ports: {{tls: 1}}}}]",
            "endpoints[0].ports",
            "Conflict",
        ),
        (
            f"hosts: [a], {PORT}, resolution: DNS_ROUND_ROBIN, endpoints: [{{address: b}}, {{address: c}}]",
            "endpoints",
            "Conflict",
        ),
        (f"hosts: [a.com], {PORT}, resolution: DYNAMIC_DNS", "hosts[0]", "Conflict"),
        (f"hosts: ['*.com'], {TCP}, resolution: DYNAMIC_DNS", "ports[0].protocol", "Conflict"),
        (
            (
                f"hosts: [a], {PORT}, resolution: STATIC, workloadSelector: {{labels: {{}}}}, "
                f"endpoints: [{{address: 1.1.1.1}}]"
            ),
            "endpoints",
            "Conflict",
        ),
        ("hosts: [a], ports: [{number: 1, name: a}, {number: 1, name: b}]", "ports[1].number", "Duplicate"),
        ("hosts: [a], ports: [{number: 1, name: a}, {number: 2, name: a}]", "ports[1].name", "Duplicate"),
        ("hosts: [a], ports: [{number: 1, name: A}]", "ports[0].name", "InvalidName"),
        ("hosts: [a], ports: [{number: 70000, name: a}]", "ports[0].number", "InvalidPort"),
        ("hosts: [a], ports: [{number: 1, name: a, protocol: HTTPX}]", "ports[0].protocol", "InvalidValue"),
        (f"hosts: [a], {PORT}, exportTo: ['~', b]", "exportTo", "Conflict"),
    ],
)
def test_what_istio_refuses_or_warns_of(text: str, path: str, code: str) -> None:
    assert entry(text) == [(path, code)]
