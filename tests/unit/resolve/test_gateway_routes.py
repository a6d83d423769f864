import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, gateway_proxy, rule, told_all

from lateen.resolve.gateway_routes import intersection

WEB = service("web")
TO_WEB = "http: [{route: [{destination: {host: web}}]}]"


def gateway(hosts: str = "['*']", name: str = "gw", number: int = 80, more: str = "") -> str:
    server = f"{{port: {{number: {number}, name: http, protocol: HTTP}}, hosts: {hosts}{more}}}"
    return document("Gateway", name, f"{{selector: {{istio: ingressgateway}}, servers: [{server}]}}")


def routing(text: str) -> Routing:
    return Routing(WEB + text, gateway_proxy())


def bound(name: str, hosts: str, http: str = TO_WEB, gateways: str = "[gw]", namespace: str = "default") -> str:
    return rule(name, f"{{hosts: {hosts}, gateways: {gateways}, {http}}}", namespace)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (["a.com"], ["a.com"], ["a.com"]),
        (["*"], ["a.com", "*.b.com"], ["a.com", "*.b.com"]),
        (["*.com"], ["a.com", "b.org"], ["a.com"]),
        (["a.com", "b.com"], ["*"], ["a.com", "b.com"]),
        (["*.com"], ["*.a.com"], ["*.a.com"]),
        (["a.com"], ["b.com"], []),
    ],
)
def test_intersections_are_in_the_narrower_form(ours: list[str], theirs: list[str], expected: list[str]) -> None:
    assert intersection(ours, theirs) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (gateway(), {"blackhole:80": ("*",)}),
        (gateway() + bound("r", "['*']"), {"*:80": ("*",)}),
        (gateway() + bound("r", "[b.com, a.com]"), {"a.com:80": ("a.com", "b.com")}),
        (
            gateway() + bound("one", "[b.com]") + bound("two", "[a.com]"),
            {"a.com:80": ("a.com",), "b.com:80": ("b.com",)},
        ),
        (gateway("['*.example.com']") + bound("r", "['*']"), {"*.example.com:80": ("*.example.com",)}),
        (gateway("[other/a.com, b.com]") + bound("r", "[a.com, b.com]"), {"b.com:80": ("b.com",)}),
        (gateway("['./a.com']") + bound("r", "[a.com]"), {"a.com:80": ("a.com",)}),
        (gateway() + bound("r", "[web]"), {"web.default.svc.cluster.local:80": ("web.default.svc.cluster.local",)}),
        (gateway() + bound("r", "[A.com]"), {"a.com:80": ("a.com",)}),
        (gateway() + bound("r", "[a.com]", gateways="[other]"), {"blackhole:80": ("*",)}),
        (gateway() + bound("r", "[a.com]", gateways="[default/gw]", namespace="x"), {"a.com:80": ("a.com",)}),
        (gateway() + bound("r", "[a.com]", gateways="[mesh]"), {"blackhole:80": ("*",)}),
        (
            gateway() + bound("r", "[a.com]", "http: [{match: [{gateways: [other]}], redirect: {uri: /}}]"),
            {"blackhole:80": ("*",)},
        ),
    ],
)
def test_virtual_hosts(text: str, expected: dict[str, tuple[str, ...]]) -> None:
    mesh = routing(text)
    assert mesh.domains("http.80") == expected
    assert mesh.config("http.80").ignore_port


def test_rules_for_one_host_are_joined_and_what_takes_everything_comes_last() -> None:
    mesh = routing(
        gateway()
        + bound("one", "[a.com]", "http: [{match: [{uri: {exact: /1}}], redirect: {uri: /}}, {redirect: {port: 2}}]")
        + bound("two", "[a.com]", "http: [{match: [{uri: {exact: /3}}], directResponse: {status: 203}}]")
        + bound("three", "[a.com]", "http: [{directResponse: {status: 204}}]")
    )
    assert told_all(mesh.host("http.80", "a.com:80")) == [
        "exact:/1 -> redirect 301",
        "exact:/3 -> 203",
        "prefix:/ -> redirect 301",
        "prefix:/ -> 204",
    ]


def test_matches_name_the_port_that_clients_dial_and_the_gateway() -> None:
    http = (
        "http: [{match: [{port: 80, uri: {exact: /port}}, {port: 81, uri: {exact: /other}}, "
        "{gateways: [gw], uri: {exact: /gw}}, {gateways: [mesh], uri: {exact: /mesh}}], redirect: "
        "{derivePort: FROM_REQUEST_PORT}}]"
    )
    mesh = routing(gateway() + bound("r", "[a.com]", http, "[gw, mesh]"))
    assert told_all(mesh.host("http.80", "a.com:80")) == ["exact:/port -> redirect 301", "exact:/gw -> redirect 301"]


def test_servers_of_several_gateways_share_a_port() -> None:
    mesh = routing(
        gateway("[a.com]")
        + gateway("[b.com]", "second")
        + bound("r", "[a.com, b.com]")
        + bound("s", "[b.com]", gateways="[second]")
    )
    assert mesh.domains("http.80") == {"a.com:80": ("a.com",), "b.com:80": ("b.com",)}
    assert [(each.code, each.path) for each in mesh.problems] == [("IST0132", "spec.hosts[1]")]
    assert "[b.com] defined in VirtualService default/r not found in Gateway default/gw." in mesh.problems[0].message


def test_a_rule_bound_to_two_gateways_of_one_port_is_there_once() -> None:
    mesh = routing(gateway() + gateway(name="second") + bound("r", "[a.com]", gateways="[gw, second]"))
    assert told_all(mesh.host("http.80", "a.com:80")) == ["prefix:/ -> 9080||web"]


def test_redirects_to_https() -> None:
    more = ", tls: {httpsRedirect: true}"
    mesh = routing(gateway("[a.com, ./b.com]", more=more) + bound("r", "[a.com]"))
    one, other = mesh.config("http.80").virtual_hosts
    assert (one.domains, one.require_tls, told_all(one)) == (("a.com",), True, ["prefix:/ -> 9080||web"])
    assert (other.domains, other.require_tls, told_all(other)) == (("b.com",), True, [])
