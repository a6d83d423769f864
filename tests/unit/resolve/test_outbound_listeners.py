import pytest
from tests.support.resources import endpoint_slice, pod, service
from tests.support.routing import Routing, chains, document

from lateen.ir.listener import Bind, Http, ListenerFilter, SniLookup, Tcp
from lateen.model.settings import MeshSettings, OutboundMode
from lateen.resolve.outbound_listeners import virtual_outbound

ELSE = "else PassthroughCluster"


def at(name: str, address: str, protocol: str, port: int = 9080) -> str:
    text = service(name, port=port, port_name=protocol)
    line = next(each for each in text.splitlines() if "clusterIP" in each)
    return text.replace(line, f"  clusterIP: {address}")


def entry(name: str, protocol: str, more: str = "", port: int = 9080) -> str:
    spec = f"{{hosts: [{name}.com], ports: [{{number: {port}, name: p, protocol: {protocol}}}], resolution: DNS{more}}}"
    return document("ServiceEntry", name, spec)


def listeners(text: str) -> dict[str, list[str]]:
    found = Routing(text).layer.listeners
    return {name: chains(each) for name, each in found.items() if name != "virtualOutbound"}


@pytest.mark.parametrize("mode", list(OutboundMode))
def test_the_listener_that_capture_leads_to(mode: OutboundMode) -> None:
    found = virtual_outbound(MeshSettings(outbound_mode=mode))
    unknown = "PassthroughCluster" if mode is OutboundMode.ALLOW_ANY else "BlackHoleCluster"
    assert (found.name, found.binds, found.use_original_dst) == (
        "virtualOutbound",
        (Bind(address="0.0.0.0", port=15001),),
        True,
    )
    assert chains(found) == ["all -> BlackHoleCluster", f"all -> {unknown}"]
    assert found.chains[0].match.destination_port == 15001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (at("a", "10.96.0.1", "http"), {"0.0.0.0_9080": ["http -> routes 9080", ELSE]}),
        (at("a", "10.96.0.1", "http") + at("b", "10.96.0.2", "grpc"), {"0.0.0.0_9080": ["http -> routes 9080", ELSE]}),
        (at("a", "10.96.0.1", "tcp"), {"10.96.0.1_9080": ["all -> 9080||a"]}),
        (at("a", "10.96.0.1", "https"), {"10.96.0.1_9080": ["all -> 9080||a"]}),
        (at("a", "10.96.0.1", "foo"), {"10.96.0.1_9080": ["http -> routes a:9080", "else 9080||a"]}),
        (at("a", "10.96.0.1", "udp").replace("name: udp", "name: udp, protocol: UDP"), {}),
        (entry("a", "TCP"), {"0.0.0.0_9080": ["all -> 9080||a.com"]}),
        (entry("a", "HTTP"), {"0.0.0.0_9080": ["http -> routes 9080", ELSE]}),
        (entry("a", "TLS"), {"0.0.0.0_9080": ["a.com -> 9080||a.com", ELSE]}),
        (entry("a", ""), {"0.0.0.0_9080": ["http -> routes 9080", "else 9080||a.com"]}),
        (
            entry("a", "TCP", ", addresses: [1.1.1.1, 2.2.2.2]"),
            {"1.1.1.1_9080": ["all -> 9080||a.com"], "2.2.2.2_9080": ["all -> 9080||a.com"]},
        ),
        (
            entry("a", "TCP", ", addresses: [1.1.1.0/24]").replace("DNS", "NONE"),
            {"0.0.0.0_9080": ["1.1.1.0/24 -> 9080||a.com", ELSE]},
        ),
    ],
)
def test_one_service(text: str, expected: dict[str, list[str]]) -> None:
    assert listeners(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            at("a", "10.96.0.1", "http") + entry("b", "TCP"),
            ["http -> routes 9080", "else 9080||b.com"],
        ),
        (
            entry("b", "TCP") + at("a", "10.96.0.1", "http"),
            ["http -> routes 9080", "else 9080||b.com"],
        ),
        (entry("a", "TLS") + entry("b", "TLS"), ["a.com -> 9080||a.com", "b.com -> 9080||b.com", ELSE]),
        (
            entry("a", "TLS") + entry("b", "HTTP"),
            ["a.com -> 9080||a.com", "http -> routes 9080", ELSE],
        ),
        (entry("a", "") + entry("b", "TLS"), ["http -> routes 9080", "b.com -> 9080||b.com", "else 9080||a.com"]),
    ],
)
def test_services_that_share_a_port(text: str, expected: list[str]) -> None:
    assert listeners(text)["0.0.0.0_9080"] == expected
    assert Routing(text).problems == ()


@pytest.mark.parametrize("second", ["TCP", "MONGO", "MYSQL", "HTTP"])
def test_of_two_services_that_nothing_tells_apart_the_older_has_the_connections(second: str) -> None:
    first = "MONGO" if second == "HTTP" else "TCP"
    mesh = Routing(entry("a", first) + entry("b", second))
    assert chains(mesh.listener("0.0.0.0_9080")) == ["all -> 9080||a.com"]
    (problem,) = mesh.problems
    assert (problem.code, problem.path) == ("ListenerConflict", "spec.ports[0]")
    assert problem.resource is not None
    assert problem.resource.name == "b"


def test_names_that_two_services_claim_go_to_the_older() -> None:
    tls = "{{hosts: [{}.com], tls: [{{match: [{{sniHosts: [{}]}}], route: [{{destination: {{host: {}.com}}}}]}}]}}"
    mesh = Routing(
        entry("a", "TLS")
        + entry("b", "TLS")
        + document("VirtualService", "one", tls.format("a", "a.com, c.com", "a"))
        + document("VirtualService", "two", tls.format("b", "b.com, c.com", "b"))
    )
    assert chains(mesh.listener("0.0.0.0_9080")) == ["a.com c.com -> 9080||a.com", "b.com -> 9080||b.com", ELSE]
    assert [each.code for each in mesh.problems] == ["ListenerConflict"]


def test_wildcards_that_proxies_resolve_are_looked_up() -> None:
    port = "ports: [{{number: 9080, name: p, protocol: {}}}], resolution: DYNAMIC_DNS"
    http_wildcard = document("ServiceEntry", "a", f"{{hosts: ['*.a.com'], {port.format('HTTP')}}}")
    tls_wildcard = document("ServiceEntry", "b", f"{{hosts: ['*.b.com'], {port.format('TLS')}}}")
    mesh = Routing(http_wildcard + tls_wildcard + entry("c", "HTTP"))
    http, tls = mesh.listener("0.0.0.0_9080").chains
    assert isinstance(http.network, Http)
    assert http.network.dns_caches == ("*.a.com_dfp_dns_cache",)
    assert isinstance(tls.network, Tcp)
    assert tls.network.sni_lookup == SniLookup(dns_cache="*.b.com_dfp_dns_cache", port=9080)
    assert tls.match.server_names == ("*.b.com",)


def test_tls_to_an_automatic_address_is_told_by_name_at_others_too() -> None:
    given = "status: {addresses: [{host: a.com, value: 240.240.0.1}]}\n"
    assert listeners(entry("a", "TLS") + given) == {
        "240.240.0.1_9080": ["all -> 9080||a.com"],
        "0.0.0.0_9080": ["a.com -> 9080||a.com", ELSE],
    }
    assert listeners(entry("a", "TCP") + given).keys() == {"240.240.0.1_9080"}
    assert listeners(entry("a", "TLS", ", addresses: [240.240.0.1]") + given).keys() == {"240.240.0.1_9080"}


def test_tls_to_an_alias_goes_where_its_name_leads() -> None:
    alias = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: alias, namespace: %s}\n"
        "spec: {type: ExternalName, externalName: a.com, ports: [{port: 9080, name: tls}]}\n"
    )
    full = "alias.default.svc.cluster.local"
    own = f"{full} {full}. alias alias.default.svc alias.default"
    assert listeners(entry("a", "TLS") + alias % "default") == {"0.0.0.0_9080": [f"a.com {own} -> 9080||a.com", ELSE]}
    far = listeners(entry("a", "TLS") + alias % "far")["0.0.0.0_9080"][0].split()
    assert "alias.far" in far
    assert "alias" not in far


def headless(protocol: str) -> str:
    return (
        at("db", "None", protocol)
        + pod("db-0", "db", "v1", "10.244.0.1")
        + pod("db-1", "db", "v1", "10.244.0.2")
        + endpoint_slice("db", ("10.244.0.1", "db-0"), ("10.244.0.2", "db-1")).replace(
            "name: http", f"name: {protocol}"
        )
    )


def test_a_headless_service_has_a_listener_for_each_pod() -> None:
    assert listeners(headless("tcp")) == {f"10.244.0.{n}_9080": ["all -> 9080||db"] for n in (1, 2)}
    assert listeners(headless("foo")) == {
        f"10.244.0.{n}_9080": ["http -> routes db:9080", "else 9080||db"] for n in (1, 2)
    }
    assert listeners(headless("http")) == {"0.0.0.0_9080": ["http -> routes 9080", ELSE]}


def test_a_service_entry_without_resolution_has_a_listener_for_each_pod_it_selects() -> None:
    selecting = entry("a", "TCP", ", workloadSelector: {labels: {app: db}}").replace("DNS", "NONE")
    assert listeners(selecting) == {}
    assert listeners(selecting + pod("db-0", "db", "v1", "10.244.0.1")) == {"10.244.0.1_9080": ["all -> 9080||a.com"]}


def test_a_headless_service_without_pods_listens_nowhere() -> None:
    assert listeners(at("db", "None", "tcp")) == {}


def test_what_listeners_look_at() -> None:
    mesh = Routing(at("a", "10.96.0.1", "http") + entry("b", "TLS"))
    found = mesh.listener("0.0.0.0_9080")
    assert found.filters == (ListenerFilter.TLS_INSPECTOR, ListenerFilter.HTTP_INSPECTOR)
    assert (found.inspection_timeout_ms, found.bound) == (0, False)
    http = next(each for each in found.chains if isinstance(each.network, Http))
    assert (http.match.alpn, http.match.transport) == (("http/1.1", "h2c"), "raw_buffer")
    assert isinstance(http.network, Http)
    assert http.network.stat_prefix == "outbound_0.0.0.0_9080"


def test_the_ports_of_capture_are_left_alone() -> None:
    assert listeners(at("a", "10.96.0.1", "http", 15001) + at("b", "10.96.0.2", "tcp", 15006)) == {
        "10.96.0.2_15006": ["all -> 15006||b"]
    }
