from tests.support.resources import service
from tests.support.routing import Routing, chains, document, gateway_proxy, rule, told_all

from lateen.ir.listener import Bind, Http
from lateen.ir.origin import ConfigOrigin

FRONT = """
---
apiVersion: v1
kind: Service
metadata: {name: istio-ingressgateway, namespace: istio-system}
spec:
  clusterIP: 10.96.0.9
  type: NodePort
  selector: {istio: ingressgateway}
  ports: [{port: 80, name: http2, targetPort: 8080, nodePort: 31380}]
"""
GATEWAY = document(
    "Gateway",
    "bookinfo-gateway",
    "{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}",
)
PAGES = "[{uri: {exact: /productpage}}, {uri: {prefix: /static}}]"
BOOKINFO = rule(
    "bookinfo",
    "{hosts: ['*'], gateways: [bookinfo-gateway], http: [{match: "
    + PAGES
    + ", route: [{destination: {host: productpage, port: {number: 9080}}}]}]}",
)


def test_a_port_is_open_as_long_as_a_gateway_asks_for_it() -> None:
    mesh = Routing(FRONT + service("productpage"), gateway_proxy("/proc/1/ns/net"))
    assert (mesh.layer.listeners, mesh.layer.routes) == ({}, {})
    mesh.apply(GATEWAY)
    listener = mesh.listener("0.0.0.0_8080")
    assert listener.binds == (
        Bind(address="0.0.0.0", port=8080),
        Bind(address="0.0.0.0", port=31380, netns="/proc/1/ns/net"),
    )
    assert chains(listener) == ["all -> routes http.8080"]
    assert mesh.domains("http.8080") == {"blackhole:80": ("*",)}
    mesh.apply(BOOKINFO)
    assert mesh.listener("0.0.0.0_8080") is listener
    assert told_all(mesh.host("http.8080", "*:80")) == [
        "exact:/productpage -> 9080||productpage",
        "prefix:/static -> 9080||productpage",
    ]
    mesh.apply(GATEWAY, remove=True)
    assert (mesh.layer.listeners, mesh.layer.routes) == ({}, {})


def test_clients_of_a_gateway_are_outside_the_mesh() -> None:
    listener = Routing(FRONT + GATEWAY, gateway_proxy()).listener("0.0.0.0_8080")
    network = listener.chains[0].network
    assert isinstance(network, Http)
    assert (network.use_remote_address, network.forward_client_cert) == (True, "SANITIZE_SET")
    assert listener.bound
    assert listener.origins == (
        ConfigOrigin(
            group="networking.istio.io", version="v1", kind="Gateway", namespace="default", name="bookinfo-gateway"
        ),
    )


def test_other_gateways_are_for_other_proxies() -> None:
    mesh = Routing(FRONT + GATEWAY.replace("istio: ingressgateway", "istio: other") + BOOKINFO, gateway_proxy())
    assert mesh.layer.listeners == {}
    assert mesh.problems == ()


def test_a_change_of_one_rule_makes_one_virtual_host_anew() -> None:
    spec = "{{hosts: [{}.com], gateways: [bookinfo-gateway], http: [{{directResponse: {{status: {}}}}}]}}"
    mesh = Routing(GATEWAY + "".join(rule(name, spec.format(name, 201)) for name in "abc"), gateway_proxy())
    before = {each.name: each for each in mesh.config("http.80").virtual_hosts}
    mesh.apply(rule("b", spec.format("b", 202)))
    after = {each.name: each for each in mesh.config("http.80").virtual_hosts}
    assert [name for name in before if before[name] is not after[name]] == ["b.com:80"]


def test_what_routes_send_to_must_exist() -> None:
    mesh = Routing(GATEWAY + BOOKINFO, gateway_proxy())
    assert [(each.code, each.path) for each in mesh.problems] == [("IST0101", "spec.http[0].route[0].destination.host")]
    assert told_all(mesh.host("http.80", "*:80"))[0] == "exact:/productpage -> BlackHoleCluster"
