from dataclasses import replace

import pytest
from tests.support.resources import resources, snapshot
from tests.support.routing import document

from lateen.api.gateway import Gateway
from lateen.ir.listener import Bind
from lateen.lib.memo import Memo
from lateen.model.service import Protocol, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.workload import ProxyType
from lateen.resolve.gateway_servers import (
    Port,
    binds_for,
    https_route_name,
    listening_port,
    merge_servers,
    name_of,
    route_name,
    servers_of,
)
from lateen.resolve.scope import Scope
from lateen.resolve.view import GatewayView

FRONT = """
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  clusterIP: 10.96.0.9
  type: NodePort
  selector: {istio: ingressgateway}
  ports:
  - {port: 80, name: http2, targetPort: 8080, nodePort: 31380}
  - {port: 81, name: http-b, targetPort: web, nodePort: 31381}
  - {port: 82, name: http-c, targetPort: 8080, nodePort: 31382}
  - {port: 83, name: http-d, targetPort: unknown}
"""


def view(*servers: str) -> GatewayView:
    """A proxy with one Gateway for each of the lists of servers."""
    text = "".join(document("Gateway", f"g{n}", f"{{servers: {each}}}") for n, each in enumerate(servers))
    gateways = [each for each in resources(text) if isinstance(each, Gateway)]
    return GatewayView(
        settings=MeshSettings(),
        scope=Scope(type=ProxyType.GATEWAY, namespace="istio-system"),
        services=(),
        by_hostname={},
        virtual_services=(),
        clusters=(),
        rules={},
        headless={},
        memo=Memo(),
        gateways=tuple(gateways),
        fronts=tuple(snapshot(FRONT).services.values()),
        port_numbers={"web": 8081},
    )


def server(number: int = 80, protocol: str = "HTTP", hosts: str = "['*']", more: str = "") -> str:
    port = f"{{number: {number}, name: p{number}-{protocol.lower()}, protocol: {protocol}}}"
    return f"{{port: {port}, hosts: {hosts}{more}}}"


def tls(hosts: str = "['*']", protocol: str = "HTTPS", mode: str = "SIMPLE", more: str = "") -> str:
    return server(443, protocol, hosts, f", tls: {{mode: {mode}}}{more}")


@pytest.mark.parametrize(("number", "expected"), [(80, 8080), (81, 8081), (82, 8080), (83, 83), (9999, 9999)])
def test_the_port_in_front_is_translated(number: int, expected: int) -> None:
    assert listening_port(view(), number) == expected


def test_a_service_may_opt_out_of_translation() -> None:
    found = view()
    (front,) = found.fronts
    labels = {"experimental.istio.io/disable-gateway-port-translation": "true"}
    assert listening_port(replace(found, fronts=(_with_labels(front, labels),)), 80) == 80


def _with_labels(front: Service, labels: dict[str, str]) -> Service:
    return Service(
        hostname=front.hostname,
        namespace=front.namespace,
        ports=(ServicePort(80, "http", Protocol.HTTP, 8080),),
        source=front.source,
        labels=labels,
    )


@pytest.mark.parametrize(
    ("netns", "expected"),
    [
        ("", [("0.0.0.0", 8080, "")]),
        (
            "/proc/1/ns/net",
            [("0.0.0.0", 8080, ""), ("0.0.0.0", 31380, "/proc/1/ns/net"), ("0.0.0.0", 31382, "/proc/1/ns/net")],
        ),
    ],
)
def test_a_port_is_also_opened_at_the_machines_node_ports(netns: str, expected: list[tuple[str, int, str]]) -> None:
    found = binds_for(Port("0.0.0.0", 8080), view().fronts, {}, netns)
    assert found == tuple(Bind(address=address, port=port, netns=space) for address, port, space in expected)


@pytest.mark.parametrize(
    ("hosts", "namespace", "expected"),
    [
        ("['*']", "any", ["*"]),
        ("['*/*']", "any", ["*"]),
        ("['./a.com', b.com]", "default", ["a.com", "b.com"]),
        ("['./a.com', b.com]", "other", ["b.com"]),
        ("[other/A.com, '*/b.com']", "other", ["a.com", "b.com"]),
        ("[other/A.com]", "default", []),
    ],
)
def test_hosts_of_a_server_by_namespace(hosts: str, namespace: str, expected: list[str]) -> None:
    (gateway,) = view(f"[{server(hosts=hosts)}]").gateways
    (found,) = servers_of(gateway)
    assert list(found.hosts_for(namespace)) == expected


def places(found: GatewayView) -> dict[str, list[str]]:
    merged = merge_servers(found)
    return {
        name_of(port): [f"{each.gateway}#{each.position}" for each in group] for port, group in merged.by_port.items()
    }


@pytest.mark.parametrize(
    ("gateways", "expected"),
    [
        ([f"[{server()}]"], {"0.0.0.0_8080": ["default/g0#0"]}),
        ([f"[{server()}, {server(82)}]"], {"0.0.0.0_8080": ["default/g0#0", "default/g0#1"]}),
        (
            [f"[{server()}]", f"[{server(protocol='GRPC')}]", f"[{server(protocol='http2')}]"],
            {"0.0.0.0_8080": ["default/g0#0", "default/g1#0", "default/g2#0"]},
        ),
        ([f"[{server(9000, 'TCP')}]"], {"0.0.0.0_9000": ["default/g0#0"]}),
        (
            [f"[{tls('[a.com]')}, {tls('[b.com]', 'TLS', 'PASSTHROUGH')}]", f"[{tls('[x/c.com]')}]"],
            {"0.0.0.0_443": ["default/g0#0", "default/g0#1", "default/g1#0"]},
        ),
        (
            [f"[{tls('[a.com]')}]", f"[{tls('[a.com]', more=', bind: 10.0.0.1')}]"],
            {"0.0.0.0_443": ["default/g0#0"], "10.0.0.1_443": ["default/g1#0"]},
        ),
        (
            [f"[{server(more=', bind: 10.0.0.1')}]", f"[{server()}]"],
            {"10.0.0.1_8080": ["default/g0#0"], "0.0.0.0_8080": ["default/g1#0"]},
        ),
        ([f"[{server(0, more=', bind: unix:///tmp/x')}]"], {"unix:///tmp/x_0": ["default/g0#0"]}),
    ],
)
def test_servers_of_one_port_are_merged(gateways: list[str], expected: dict[str, list[str]]) -> None:
    assert places(view(*gateways)) == expected
    assert merge_servers(view(*gateways)).problems == []


@pytest.mark.parametrize(
    ("gateways", "code", "gateway", "path"),
    [
        ([f"[{server()}]", f"[{server(protocol='TCP')}]"], "IST0145", "g1", "spec.servers[0]"),
        ([f"[{server(9, 'TCP')}]", f"[{server(9, 'TCP')}]"], "IST0145", "g1", "spec.servers[0]"),
        ([f"[{server(9, 'TCP')}, {server(9)}]"], "IST0145", "g0", "spec.servers[1]"),
        ([f"[{tls(mode='ISTIO_MUTUAL')}]"], "NoEffect", "g0", "spec.servers[0].tls.mode"),
        ([f"[{server(443, 'TLS')}]"], "MissingField", "g0", "spec.servers[0].tls"),
        ([f"[{tls('[a.com]')}]", f"[{tls('[b.com, ./a.com]')}]"], "IST0145", "g1", "spec.servers[0]"),
        ([f"[{tls('[a.com]')}]", f"[{server(443, 'TCP')}]"], "IST0145", "g1", "spec.servers[0]"),
        ([f"[{server(443)}]", f"[{tls('[a.com]')}]"], "IST0145", "g1", "spec.servers[0]"),
        ([f"[{server(15021)}]"], "PortInUse", "g0", "spec.servers[0].port"),
    ],
)
def test_what_cannot_be_opened_is_told(gateways: list[str], code: str, gateway: str, path: str) -> None:
    (problem,) = merge_servers(view(*gateways)).problems
    assert problem.resource is not None
    assert (problem.code, problem.resource.name, problem.path) == (code, gateway, path)


@pytest.mark.parametrize(
    ("port", "expected"),
    [(Port("0.0.0.0", 8080), "http.8080"), (Port("10.0.0.1", 8080), "http.8080.10.0.0.1")],
)
def test_names_of_routes(port: Port, expected: str) -> None:
    assert route_name(port) == expected


@pytest.mark.parametrize(("bind", "suffix"), [("", ""), ("10.0.0.1", ".10.0.0.1")])
def test_names_of_https_routes(bind: str, suffix: str) -> None:
    (gateway,) = view(f"[{tls(more=f', bind: {bind}' if bind else '')}]").gateways
    (found,) = servers_of(gateway)
    assert https_route_name(found) == f"https.443.p443-https.g0.default{suffix}"
