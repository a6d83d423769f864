import pytest
from tests.support.resources import service
from tests.support.routing import Routing, chains, document, rule, sidecar

from lateen.ir.listener import Listener, Tcp, Tunnel
from lateen.resolve.tcp_routes import networks

DB = service("db", port=5432, port_name="tcp")
OTHER = service("other", port=5432, port_name="tcp")
SUBSETS = document("DestinationRule", "db", "{host: db, subsets: [{name: v1}, {name: v2}]}")
TLS = "{hosts: [a.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}"


def told(tcp: str, **labels: str) -> list[str]:
    mesh = Routing(DB + OTHER + SUBSETS + rule("r", f"{{hosts: [db], tcp: {tcp}}}"), sidecar(**labels))
    return chains(db_listener(mesh))


def db_listener(mesh: Routing) -> Listener:
    address = f"10.96.0.{sum(b'db') % 250 + 1}"
    return mesh.listener(f"{address}_5432")


def to(*targets: tuple[str, int]) -> str:
    words = [f"{{destination: {{host: db, subset: {name}}}, weight: {weight}}}" for name, weight in targets]
    return f"route: [{', '.join(words)}]"


@pytest.mark.parametrize(
    ("tcp", "expected"),
    [
        (f"[{{{to(('v1', 0))}}}]", ["all -> 5432|v1|db"]),
        (f"[{{{to(('v1', 30), ('v2', 70))}}}]", ["all -> 5432|v1|db*30 5432|v2|db*70"]),
        (f"[{{{to(('v1', 0), ('v2', 5))}}}]", ["all -> 5432|v2|db"]),
        ("[{route: [{destination: {host: nobody}}]}]", ["all -> BlackHoleCluster"]),
        (f"[{{match: [{{port: 1}}], {to(('v1', 1))}}}]", ["all -> 5432||db"]),
        (f"[{{match: [{{port: 5432}}], {to(('v1', 1))}}}]", ["all -> 5432|v1|db"]),
        (f"[{{match: [{{gateways: [gw]}}], {to(('v1', 1))}}}]", ["all -> 5432||db"]),
        (f"[{{match: [{{gateways: [gw, mesh]}}], {to(('v1', 1))}}}]", ["all -> 5432|v1|db"]),
        (f"[{{match: [{{sourceNamespace: other}}], {to(('v1', 1))}}}]", ["all -> 5432||db"]),
        (f"[{{match: [{{sourceLabels: {{app: a}}}}], {to(('v1', 1))}}}]", ["all -> 5432|v1|db"]),
        (f"[{{match: [{{sourceLabels: {{app: b}}}}], {to(('v1', 1))}}}]", ["all -> 5432||db"]),
        (
            f"[{{match: [{{destinationSubnets: [10.1.2.3/8]}}], {to(('v1', 1))}}}, {{{to(('v2', 1))}}}]",
            ["10.0.0.0/8 -> 5432|v1|db", "else 5432|v2|db"],
        ),
        (
            f"[{{match: [{{destinationSubnets: [10.0.0.1]}}], {to(('v1', 1))}}}]",
            ["10.0.0.1/32 -> 5432|v1|db", "else 5432||db"],
        ),
        (
            f"[{{match: [{{destinationSubnets: [10.0.0.1]}}], {to(('v1', 1))}}}, "
            f"{{match: [{{destinationSubnets: [10.0.0.1, 10.0.0.2]}}], {to(('v2', 1))}}}]",
            ["10.0.0.1/32 -> 5432|v1|db", "10.0.0.2/32 -> 5432|v2|db", "else 5432||db"],
        ),
    ],
)
def test_routes_of_connections(tcp: str, expected: list[str]) -> None:
    assert told(tcp, app="a") == expected


def test_what_a_destination_rule_says_of_connections() -> None:
    policy = (
        "{host: db, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}, "
        "connectionPool: {tcp: {idleTimeout: 5s, maxConnectionDuration: 1h}}}}"
    )
    listener = db_listener(Routing(DB + document("DestinationRule", "db", policy)))
    network = listener.chains[0].network
    assert isinstance(network, Tcp)
    assert (network.stat_prefix, network.idle_timeout_ms) == ("outbound|5432||db.default.svc.cluster.local", 5000)
    assert (network.max_connection_duration_ms, network.hash_source_ip) == (3_600_000, True)


def test_a_weighted_route_is_counted_under_its_rule() -> None:
    mesh = Routing(DB + SUBSETS + rule("r", f"{{hosts: [db], tcp: [{{{to(('v1', 1), ('v2', 1))}}}]}}"))
    listener = db_listener(mesh)
    network = listener.chains[0].network
    assert isinstance(network, Tcp)
    assert network.stat_prefix == "r.default"
    assert [each.name for each in listener.chains[0].origins] == ["r"]


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        ("", ["a.example.com -> outbound|443||a.example.com", "else PassthroughCluster"]),
        (
            "[{match: [{sniHosts: [b.example.com, a.example.com]}], route: [{destination: {host: db}}]}]",
            ["a.example.com b.example.com -> 5432||db", "else PassthroughCluster"],
        ),
        (
            "[{match: [{sniHosts: [a.example.com], port: 1}], route: [{destination: {host: db}}]}]",
            ["a.example.com -> outbound|443||a.example.com", "else PassthroughCluster"],
        ),
        (
            "[{match: [{sniHosts: [a.example.com]}], route: [{destination: {host: db}}]}, "
            "{match: [{sniHosts: [a.example.com]}], route: [{destination: {host: other}}]}]",
            ["a.example.com -> 5432||db", "else PassthroughCluster"],
        ),
    ],
)
def test_routes_by_server_name(tls: str, expected: list[str]) -> None:
    text = DB + OTHER + document("ServiceEntry", "entry", TLS)
    text += rule("r", f"{{hosts: [a.example.com], tls: {tls}}}") if tls else ""
    found = [each.replace("outbound|443||a.example.com", "443||a.example.com") for each in expected]
    assert chains(Routing(text).listener("0.0.0.0_443")) == found


def test_networks_in_one_notation() -> None:
    assert networks(["10.1.2.3/8", "10.0.0.1", "10.0.0.1/32", "fd00::1"]) == (
        "10.0.0.0/8",
        "10.0.0.1/32",
        "fd00::1/128",
    )


TUNNEL = "tunnel: {{protocol: {}, targetHost: {}, targetPort: 3306}}"


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (to(("", 1)), Tunnel(authority="far.example.com:3306")),
        (to(("v1", 1)), Tunnel(authority="[fd00::1]:3306", use_post=True)),
        (to(("v2", 1)), None),
        (to(("v1", 1), ("v2", 1)), Tunnel(authority="far.example.com:3306")),
    ],
)
def test_a_tunnel_is_the_subsets_own_or_the_hosts(route: str, expected: Tunnel | None) -> None:
    whole, own = TUNNEL.format("CONNECT", "far.example.com"), TUNNEL.format("POST", "fd00::1")
    subsets = f"[{{name: v1, trafficPolicy: {{{own}}}}}, {{name: v2}}]"
    policy = document("DestinationRule", "db", f"{{host: db, trafficPolicy: {{{whole}}}, subsets: {subsets}}}")
    mesh = Routing(DB + policy + rule("db", f"{{hosts: [db], tcp: [{{{route}}}]}}"))
    (chain,) = db_listener(mesh).chains
    assert isinstance(chain.network, Tcp)
    assert chain.network.tunnel == expected
