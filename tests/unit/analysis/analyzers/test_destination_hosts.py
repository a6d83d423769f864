import pytest
from tests.unit.analysis.found import found, problems_by, rule, service

NAME = "virtualservice.DestinationHostAnalyzer"
ROUTE = "http[0].route[0].destination"


def to(host: str, more: str = "", name: str = "it", **fields: str) -> str:
    extra = "".join(f", {key}: {value}" for key, value in fields.items())
    route = f"[{{route: [{{destination: {{host: {host}{more}}}}}]}}]"
    return rule("VirtualService", name, f"{{hosts: [a], http: {route}{extra}}}")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([service("a", "80:http"), to("a")], []),
        ([service("a", "80:http"), to("a.default.svc.cluster.local")], []),
        ([service("b/a", "80:http"), to("a")], [("IST0101", f"{ROUTE}.host")]),
        ([service("b/a", "80:http"), to("a.b.svc.cluster.local")], []),
        ([service("b/a", "80:http"), to("a.b")], [("IST0101", f"{ROUTE}.host")]),
        ([service("a", "80:http"), to("a", ", port: {number: 81}")], [("IST0101", f"{ROUTE}.port")]),
        ([service("a", "80:http", "81:http-b"), to("a")], [("IST0112", ROUTE)]),
        ([service("a", "80:http", "81:http-b"), to("a", ", port: {number: 81}")], []),
        (
            [
                rule("ServiceEntry", "e", "{hosts: ['*.example.com'], ports: [{number: 80, name: http}]}"),
                to("www.example.com"),
            ],
            [],
        ),
        (
            [
                rule("ServiceEntry", "b/e", "{hosts: [x.com], exportTo: ['.'], ports: [{number: 80, name: http}]}"),
                to("x.com"),
            ],
            [("IST0101", f"{ROUTE}.host")],
        ),
        (
            [
                rule("ServiceEntry", "b/e", "{hosts: [x.com], exportTo: [default], ports: [{number: 80, name: http}]}"),
                to("x.com"),
            ],
            [],
        ),
        (
            [
                service("b/a", "80:http", meta="annotations: {networking.istio.io/exportTo: c}"),
                to("a.b.svc.cluster.local"),
                to("a.b.svc.cluster.local", name="c/it"),
            ],
            [("IST0101", f"{ROUTE}.host")],
        ),
    ],
)
def test_destinations_are_services_in_sight_at_a_port_they_have(
    documents: list[str], expected: list[tuple[str, str]]
) -> None:
    wanted = [(code, "VirtualService default/it", f"spec.{path}") for code, path in expected]
    assert found(NAME, *documents) == wanted


def test_mirrors_and_all_protocols_are_looked_at() -> None:
    text = rule(
        "VirtualService",
        "it",
        "{hosts: [a], http: [{mirror: {host: x}, mirrors: [{destination: {host: y}}]}],"
        " tcp: [{route: [{destination: {host: z}}]}]}",
    )
    paths = [path for _, _, path in found(NAME, text)]
    assert paths == [
        "spec.http[0].mirror.host",
        "spec.http[0].mirrors[0].destination.host",
        "spec.tcp[0].route[0].destination.host",
    ]


def test_the_message_names_the_host_and_the_line() -> None:
    [problem] = problems_by(NAME, to("nowhere"))
    assert problem.message == 'Referenced host not found: "nowhere"'
    assert str(problem.origin) == "f.yaml:4"
