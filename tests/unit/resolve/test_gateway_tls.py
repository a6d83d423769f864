import pytest
from tests.support.certificates import certificate, tls_secret
from tests.support.resources import service
from tests.support.routing import Routing, chains, document, gateway_proxy, rule, told_all

from lateen.ir.listener import ListenerFilter

SECRET = tls_secret("one", certificate("a.com"))
SERVICES = service("web") + service("db", port=5432, port_name="tcp")
SIMPLE = "{mode: SIMPLE, credentialName: one}"
PASS = "{mode: PASSTHROUGH}"


def server(name: str, hosts: str, tls: str = SIMPLE, protocol: str = "HTTPS") -> str:
    return f"{{port: {{number: 443, name: {name}, protocol: {protocol}}}, hosts: {hosts}, tls: {tls}}}"


def gateway(*servers: str, name: str = "gw") -> str:
    return document("Gateway", name, f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(servers)}]}}")


def routing(*servers: str, rules: str = "") -> Routing:
    return Routing(SERVICES + SECRET + gateway(*servers) + rules, gateway_proxy())


def told(mesh: Routing) -> list[str]:
    return chains(mesh.listener("0.0.0.0_443"))


def codes(mesh: Routing) -> set[tuple[str, str, str]]:
    return {(str(each.resource), each.path, each.code) for each in mesh.problems}


HTTP = rule("r", "{hosts: ['*.com'], gateways: [gw], http: [{route: [{destination: {host: web}}]}]}")
TCP = rule("t", "{hosts: ['*'], gateways: [gw], tcp: [{route: [{destination: {host: db}}]}]}")


def tls_rule(*matches: str, name: str = "p") -> str:
    routes = (f"{{match: [{match}], route: [{{destination: {{host: db}}}}]}}" for match in matches)
    return rule(name, f"{{hosts: ['*.com'], gateways: [gw], tls: [{', '.join(routes)}]}}")


def test_https_servers_have_a_chain_and_routes_each() -> None:
    mesh = routing(server("one", "[a.com]"), server("two", "['*.b.com', default/c.com]"), rules=HTTP)
    assert told(mesh) == [
        "a.com -> routes https.443.one.gw.default",
        "*.b.com c.com -> routes https.443.two.gw.default",
    ]
    assert mesh.listener("0.0.0.0_443").filters == (ListenerFilter.TLS_INSPECTOR,)
    assert mesh.domains("https.443.one.gw.default") == {"a.com:443": ("a.com",)}
    assert told_all(mesh.host("https.443.one.gw.default", "a.com:443")) == ["prefix:/ -> 9080||web"]
    assert list(mesh.layer.secrets) == ["kubernetes://one"]


def test_a_server_for_all_hosts_takes_what_no_other_takes() -> None:
    mesh = routing(server("all", "['*', a.com]"), server("b", "[b.com]"), rules=HTTP)
    assert told(mesh) == ["all -> routes https.443.all.gw.default", "b.com -> routes https.443.b.gw.default"]


def test_tls_that_is_ended_may_carry_anything() -> None:
    mesh = routing(server("tls", "[a.com]", protocol="TLS"), rules=TCP)
    assert told(mesh) == ["a.com -> 5432||db"]
    assert mesh.layer.routes == {}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (tls_rule("{sniHosts: [b.com, A.com]}"), ["a.com b.com -> 5432||db"]),
        (tls_rule("{sniHosts: [a.com]}, {sniHosts: ['*.a.com']}"), ["a.com -> 5432||db", "*.a.com -> 5432||db"]),
        (tls_rule("{sniHosts: [a.com], port: 443, gateways: [gw]}"), ["a.com -> 5432||db"]),
        (tls_rule("{sniHosts: [a.com], port: 444}", "{sniHosts: [b.com]}"), ["b.com -> 5432||db"]),
        (tls_rule("{sniHosts: [a.com], gateways: [mesh]}", "{sniHosts: [b.com]}"), ["b.com -> 5432||db"]),
    ],
)
def test_tls_that_is_passed_through_goes_by_the_name_asked_for(rules: str, expected: list[str]) -> None:
    mesh = routing(server("tls", "['*.com']", PASS, "TLS"), rules=rules)
    assert told(mesh) == expected
    assert not mesh.listener("0.0.0.0_443").chains[0].tls
    assert not mesh.problems


def test_a_name_is_routed_once_and_the_later_rule_is_told() -> None:
    rules = tls_rule("{sniHosts: [a.com]}", "{sniHosts: [b.com, a.com]}") + tls_rule("{sniHosts: [a.com]}", name="q")
    mesh = routing(server("one", "[a.com]"), server("tls", "['*.com']", PASS, "TLS"), rules=rules)
    assert told(mesh) == ["a.com -> routes https.443.one.gw.default"]
    assert codes(mesh) == {
        ("VirtualService default/p", "spec.tls[0].match[0].sniHosts", "IST0145"),
        ("VirtualService default/p", "spec.tls[1].match[0].sniHosts", "IST0145"),
        ("VirtualService default/q", "spec.tls[0].match[0].sniHosts", "IST0145"),
    }


@pytest.mark.parametrize(("tls", "protocol"), [(PASS, "TLS"), (PASS, "HTTPS"), (SIMPLE, "TLS")])
def test_a_server_without_routes_is_not_opened(tls: str, protocol: str) -> None:
    mesh = routing(server("x", "[a.com]", tls, protocol), rules=HTTP)
    assert not mesh.layer.listeners
    assert ("Gateway default/gw", "spec.servers[0]", "NoRoute") in codes(mesh)


def test_a_secret_is_sent_on_behalf_of_all_that_use_it() -> None:
    mesh = routing(server("one", "[a.com]"), rules=gateway(server("two", "[b.com]"), name="other"))
    (sent,) = mesh.layer.secrets.values()
    assert [each.name for each in sent.origins] == ["gw", "other"]


def test_one_server_without_certificate_leaves_the_others_alone() -> None:
    mesh = routing(server("one", "[a.com]", "{mode: SIMPLE, credentialName: missing}"), server("two", "[b.com]"))
    assert told(mesh) == ["b.com -> routes https.443.two.gw.default"]
    assert codes(mesh) == {("Gateway default/gw", "spec.servers[0].tls.credentialName", "IST0101")}
