"""What sidecars make of connections: the situations of Istio's sidecar simulation, outbound and at other names."""

import pytest
from tests.support.asked import asked, short
from tests.support.routing import document, rule

from lateen.api.service_entry import OPT_OUT

PORTS = (
    "[{name: http, port: 80}, {name: auto, port: 81}, {name: tcp, port: 82}, {name: tls, port: 83}, "
    "{name: https, port: 84}]"
)
HEADLESS = f"""
---
apiVersion: v1
kind: Service
metadata: {{name: headless, namespace: default}}
spec: {{clusterIP: None, selector: {{app: headless}}, ports: {PORTS}}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: headless, namespace: default, labels: {{kubernetes.io/service-name: headless}}}}
addressType: IPv4
endpoints: [{{addresses: [10.1.1.1]}}, {{addresses: [10.1.1.2]}}]
ports: {PORTS}
"""
EXTERNAL_NAME = f"""
---
apiVersion: v1
kind: Service
metadata: {{name: alias, namespace: default}}
spec: {{type: ExternalName, externalName: concrete.default.svc.cluster.local}}
---
apiVersion: v1
kind: Service
metadata: {{name: concrete, namespace: default}}
spec: {{clusterIP: 10.1.1.1, ports: {PORTS}}}
"""


@pytest.mark.parametrize(
    ("documents", "name", "target"), [(HEADLESS, "headless", "headless"), (EXTERNAL_NAME, "alias", "concrete")]
)
@pytest.mark.parametrize(
    ("call", "port"),
    [
        ("http://10.1.1.1:80/ host={}.default.svc.cluster.local", 80),
        ("http://10.1.1.1:81/ host={}.default.svc.cluster.local", 81),
        ("https://10.1.1.1:81/ host={}.default.svc.cluster.local", 81),
        ("tcp://10.1.1.1:81", 81),
        ("tcp://10.1.1.1:82", 82),
        ("http://10.1.1.1:82/", 82),
        ("tls://10.1.1.1:83 sni={}.default", 83),
        ("https://10.1.1.1:84/ host={}.default", 84),
    ],
)
def test_headless_services_and_other_names(documents: str, name: str, target: str, call: str, port: int) -> None:
    assert short(asked(documents, call.format(name))) == f"outbound|{port}||{target}.default"


ALIAS_RULE = rule(
    "alias",
    "{hosts: [alias.default.svc.cluster.local], http: [{name: one, match: [{uri: {prefix: /one}}], "
    "route: [{destination: {host: concrete.default.svc.cluster.local}}]}]}",
)
ALIAS_WITH_PORT = EXTERNAL_NAME.replace(
    "externalName: concrete.default.svc.cluster.local",
    "externalName: concrete.default.svc.cluster.local, ports: [{name: http, port: 80}]",
)


@pytest.mark.parametrize(
    ("documents", "call", "route"),
    [
        (EXTERNAL_NAME, "http://10.1.1.1:80/one host=alias.default.svc.cluster.local", "one"),
        (EXTERNAL_NAME, "http://10.1.1.1:80/two host=alias.default.svc.cluster.local", None),
        (EXTERNAL_NAME, "http://10.1.1.1:80/one host=alias.default", "default"),
        (EXTERNAL_NAME, "http://10.1.1.1:80/one host=concrete.default.svc.cluster.local", "default"),
        (EXTERNAL_NAME, "http://10.1.1.1:81/one host=alias.default.svc.cluster.local", "default"),
        (EXTERNAL_NAME, "http://10.1.1.1:81/one host=concrete.default.svc.cluster.local", "default"),
        (ALIAS_WITH_PORT, "http://10.1.1.1:80/one host=alias.default", "one"),
        (ALIAS_WITH_PORT, "http://10.1.1.1:80/one host=concrete.default", "default"),
    ],
)
def test_a_rule_for_another_name_of_a_service_is_for_that_name_only(
    documents: str, call: str, route: str | None
) -> None:
    answer = asked(documents + ALIAS_RULE, call)
    assert answer.route is not None
    assert answer.route.name == route


def test_routes_of_connections_are_not_for_other_names() -> None:
    bytes_rule = rule(
        "alias", "{hosts: [alias], tcp: [{route: [{destination: {host: concrete, port: {number: 80}}}]}]}"
    )
    assert short(asked(EXTERNAL_NAME + bytes_rule, "tcp://10.1.1.1:82")) == "outbound|82||concrete.default"


SETTINGS = """
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: istio, namespace: istio-system}}
data: {{mesh: "outboundTrafficPolicy: {{mode: {}}}"}}
"""
ENTRY_PORTS = (
    "[{number: 80, name: http, protocol: HTTP}, {number: 81, name: auto}, {number: 82, name: tcp, protocol: TCP}, "
    "{number: 83, name: tls, protocol: TLS}, {number: 84, name: https, protocol: HTTPS}, "
    "{number: 85, name: grpc, protocol: GRPC}, {number: 86, name: h2, protocol: HTTP2}]"
)
WITHOUT_ADDRESS = f"{{{OPT_OUT}: 'false'}}"
CLIENTS = (
    "http://{} host=foo",
    "https://{} host=foo sni=foo",
    "https://{} host=foo sni=foo alpn=http/1.1",
    "https://{} host=foo sni=foo h2 alpn=h2",
    "tcp://{}",
)


@pytest.mark.parametrize("port", range(80, 87))
@pytest.mark.parametrize("has_address", [True, False])
@pytest.mark.parametrize("mode", ["REGISTRY_ONLY", "ALLOW_ANY"])
def test_connections_to_nobody(mode: str, has_address: bool, port: int) -> None:
    """Without an address of its own a service takes every connection to its port, where nothing tells them apart."""
    entry = document(
        "ServiceEntry",
        "se",
        f"{{hosts: [istio.io], {'addresses: [10.1.1.1], ' if has_address else ''}location: MESH_EXTERNAL, "
        f"resolution: DNS, ports: {ENTRY_PORTS}}}",
        labels=WITHOUT_ADDRESS,
    )
    elsewhere = "BlackHoleCluster" if mode == "REGISTRY_ONLY" else "PassthroughCluster"
    for client in CLIENTS:
        plain = client.startswith("http://")
        expected = elsewhere
        if not has_address and (port == 82 or (port == 81 and not plain)):
            expected = f"outbound|{port}||istio.io"
        elif mode == "REGISTRY_ONLY" and plain and (port in {80, 85, 86} or (port == 81 and not has_address)):
            expected = "502"
        assert short(asked(SETTINGS.format(mode) + entry, client.format(f"10.9.9.9:{port}"))) == expected, client


PROTOCOLS = ("TCP", "TLS", "HTTP", "AUTO")


@pytest.mark.parametrize("newer", PROTOCOLS)
@pytest.mark.parametrize("older", PROTOCOLS)
def test_two_services_on_a_port_without_addresses(older: str, newer: str) -> None:
    """Requests go by their host, TLS by its server name, all else to the older of those that take bytes."""
    speaks = {"z.com": older, "a.com": newer}
    documents = "".join(
        document(
            "ServiceEntry",
            host[0],
            f"{{hosts: [{host}], resolution: DNS, ports: [{{number: 99, name: port, protocol: {protocol}}}]}}".replace(
                ", protocol: AUTO", ""
            ),
            year=2020 + list(speaks).index(host),
            labels=WITHOUT_ADDRESS,
        )
        for host, protocol in speaks.items()
    )
    is_read = not {"HTTP", "AUTO"}.isdisjoint(speaks.values())
    bytes_to = next((host for host, protocol in speaks.items() if protocol in {"TCP", "AUTO"}), "PassthroughCluster")
    assert _to(documents, "tcp://10.9.9.9:99") == bytes_to
    for host, protocol in speaks.items():
        expected = host if protocol in {"HTTP", "AUTO"} else "PassthroughCluster" if is_read else bytes_to
        assert _to(documents, f"http://10.9.9.9:99/ host={host}") == expected
        assert _to(documents, f"tls://10.9.9.9:99 sni={host}") == (host if protocol == "TLS" else bytes_to)


def _to(documents: str, call: str) -> str:
    return short(asked(documents, call)).rpartition("|")[2]


def test_the_proxys_own_ports_lead_nowhere() -> None:
    assert short(asked(HEADLESS, "tcp://10.9.9.9:15001")) == "BlackHoleCluster"
    for port in (15001, 15006):
        assert short(asked(HEADLESS, f"tcp://127.0.0.1:{port}", inbound=True)) == "BlackHoleCluster"
