import pytest
from tests.support.resources import service
from tests.support.routing import Routing, chains, document, gateway_proxy, rule

DB = service("db", port=5432, port_name="tcp") + service("two", port=1, port_name="tcp")


def routing(spec: str) -> Routing:
    server = "{port: {number: 3306, name: tcp, protocol: TCP}, hosts: ['*.com']}"
    gateway = document("Gateway", "gw", f"{{selector: {{istio: ingressgateway}}, servers: [{server}]}}")
    return Routing(DB + gateway + rule("r", f"{{gateways: [gw], {spec}}}"), gateway_proxy())


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("hosts: ['*'], tcp: [{route: [{destination: {host: db}}]}]", "5432||db"),
        ("hosts: [a.com], tcp: [{route: [{destination: {host: db}}]}]", "5432||db"),
        ("hosts: ['*'], tcp: [{match: [{port: 3306}], route: [{destination: {host: db}}]}]", "5432||db"),
        ("hosts: ['*'], tcp: [{match: [{gateways: [gw]}], route: [{destination: {host: db}}]}]", "5432||db"),
        (
            "hosts: ['*'], tcp: [{match: [{port: 1}], route: [{destination: {host: two}}]}, "
            "{route: [{destination: {host: db}, weight: 1}, {destination: {host: two}, weight: 2}]}]",
            "5432||db 1||two*2",
        ),
        ("hosts: ['*'], tcp: [{route: [{destination: {host: nobody}}]}]", "BlackHoleCluster"),
    ],
)
def test_connections_go_where_the_first_route_for_the_server_says(spec: str, expected: str) -> None:
    (told,) = chains(routing(spec).listener("0.0.0.0_3306"))
    assert told.replace("*1 ", " ") == f"all -> {expected}"


@pytest.mark.parametrize(
    "spec",
    [
        "hosts: [a.org], tcp: [{route: [{destination: {host: db}}]}]",
        "hosts: ['*'], tcp: [{match: [{port: 1}], route: [{destination: {host: db}}]}]",
        "hosts: ['*'], tcp: [{match: [{gateways: [mesh]}], route: [{destination: {host: db}}]}]",
        "hosts: ['*'], http: [{route: [{destination: {host: db}}]}]",
    ],
)
def test_a_server_without_routes_is_not_opened(spec: str) -> None:
    mesh = routing(spec)
    assert not mesh.layer.listeners
    assert ("NoRoute", "spec.servers[0]") in {(each.code, each.path) for each in mesh.problems}
