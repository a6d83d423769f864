import pytest
from tests.unit.validation.found import found, in_spec

from lateen.api.service_entry import OPT_OUT

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
        f"hosts: [a, b], {TCP}, addresses: [10.0.0.1]",
        f"hosts: [a.com], {TCP}, resolution: DNS",
        "hosts: [a], resolution: STATIC, ports: [{number: 443, name: TLS, protocol: tls}], exportTo: [NS]",
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
        (f"hosts: [a], {TCP}", "ports[0]", "Suspicious"),
        (
            f"hosts: [a], {PORT}, resolution: DNS, endpoints: [{{network: net}}]",
            "endpoints[0].address",
            "InvalidAddress",
        ),
        (
            f"hosts: [a], {PORT}, resolution: DNS, endpoints: [{{address: 'unix:///a'}}]",
            "endpoints[0].address",
            "InvalidAddress",
        ),
        (f"hosts: [a, b], addresses: [10.0.0.1], {PORT}, resolution: DNS", "addresses", "Suspicious"),
        (
            f"hosts: ['*.a.com'], {PORT}, resolution: DNS, workloadSelector: {{labels: {{a: b}}}}",
            "hosts[0]",
            "Conflict",
        ),
        (f"hosts: [a], {PORT}, resolution: STATIC, workloadSelector: {{}}", "workloadSelector", "Suspicious"),
        (
            f"hosts: [a], {PORT}, resolution: STATIC, workloadSelector: {{labels: {{a: 'b*'}}}}",
            "workloadSelector.labels.a",
            "InvalidLabel",
        ),
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
                f"hosts: [a], {PORT}, resolution: STATIC, workloadSelector: {{labels: {{a: b}}}}, "
                f"endpoints: [{{address: 1.1.1.1}}]"
            ),
            "endpoints",
            "Conflict",
        ),
        (
            "hosts: [a], ports: [{number: 1, name: a, protocol: HTTP}, {number: 1, name: b, protocol: HTTP}]",
            "ports[1].number",
            "Duplicate",
        ),
        (
            "hosts: [a], ports: [{number: 1, name: a, protocol: HTTP}, {number: 2, name: a, protocol: HTTP}]",
            "ports[1].name",
            "Duplicate",
        ),
        ("hosts: [a], ports: [{number: 1, name: a_b, protocol: HTTP}]", "ports[0].name", "InvalidName"),
        ("hosts: [a], ports: [{number: 70000, name: a, protocol: HTTP}]", "ports[0].number", "InvalidPort"),
        ("hosts: [a], ports: [{number: 1, name: a, protocol: HBONE}]", "ports[0].protocol", "InvalidValue"),
        (
            "hosts: [a], ports: [{number: 1, name: a, protocol: TLS, targetPort: 0}]",
            "ports[0].targetPort",
            "InvalidValue",
        ),
        ("hosts: [a], ports: [{number: 1, name: a, protocol: HTTPX}]", "ports[0].protocol", "InvalidValue"),
        (f"hosts: [a], {PORT}, exportTo: ['~', b]", "exportTo", "Conflict"),
    ],
)
def test_what_istio_refuses_or_warns_of(text: str, path: str, code: str) -> None:
    assert entry(text) == [(path, code)]


def test_tcp_needs_addresses_where_none_are_given_by_themselves() -> None:
    opted_out = "kind: ServiceEntry\napiVersion: networking.istio.io/v1\nmetadata: {name: a, labels: {%s: 'False'}}\n"
    spec = f"spec: {{hosts: [a.com], {TCP}, resolution: DNS}}\n"
    assert found(opted_out % OPT_OUT + spec) == [("spec.ports[0]", "Suspicious")]


def test_lists_and_texts_have_the_lengths_that_istio_allows() -> None:
    addresses = ", ".join(f"10.0.{number // 256}.{number % 256}" for number in range(257))
    assert entry(f"hosts: [a], {PORT}, addresses: [{addresses}]") == [("addresses", "TooLarge")]
    endpoint = f"{{address: 10.0.0.1, serviceAccount: {'a' * 254}}}"
    assert entry(f"hosts: [a], {PORT}, resolution: STATIC, endpoints: [{endpoint}]") == [
        ("endpoints[0].serviceAccount", "TooLarge")
    ]
