import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, gateway_proxy, rule, sidecar, told_all

HOST = "reviews.default.svc.cluster.local:9080"
SERVICES = service("reviews") + service("ratings", "team") + service("shadow")
ROOT = "{hosts: [reviews], http: [{match: [{uri: {prefix: /team}}], delegate: {name: d, namespace: team}, mirror: "
ROOT += "{host: shadow}}, {route: [{destination: {host: reviews}}]}]}"
LEAF = "{match: [{uri: {prefix: /team/a}}], route: [{destination: {host: ratings}}]}"
OWN = "prefix:/ -> 9080||reviews"


def told(mesh: Routing) -> list[str]:
    return told_all(mesh.host("9080", HOST))


def found(mesh: Routing) -> list[tuple[str, str, str]]:
    return [(str(each.resource), each.path, each.code) for each in mesh.problems]


def test_a_delegates_routes_stand_where_the_root_delegates_and_names_are_meant_where_they_are_written() -> None:
    mesh = Routing(SERVICES + rule("r", ROOT) + rule("d", f"{{http: [{LEAF}]}}", "team"))
    assert told(mesh) == ["prefix:/team/a -> 9080||ratings.team.svc.cluster.local", OWN]
    (route, own) = mesh.host("9080", HOST).routes
    assert route.action.mirrors[0].cluster.endswith("shadow.default.svc.cluster.local")  # type: ignore[union-attr]
    assert (route.rule, own.rule, route.origin and route.origin.name) == (0, 1, "r")
    assert not found(mesh)


@pytest.mark.parametrize(
    ("delegate", "problems"),
    [
        ("", [("VirtualService default/r", "spec.http[0].delegate", "IST0101")]),
        (
            rule("d", f"{{hosts: [other], http: [{LEAF}]}}", "team"),
            [("VirtualService default/r", "spec.http[0].delegate", "IST0101")],
        ),
        (
            rule("d", f"{{exportTo: ['.'], http: [{LEAF}]}}", "team"),
            [("VirtualService default/r", "spec.http[0].delegate", "IST0101")],
        ),
        (
            rule("d", "{http: [{match: [{uri: {prefix: /b}}], route: [{destination: {host: ratings}}]}]}", "team"),
            [("VirtualService team/d", "spec.http[0].match", "DelegateConflict")],
        ),
    ],
)
def test_delegation_that_fails_leaves_out_its_route_only(delegate: str, problems: list[tuple[str, str, str]]) -> None:
    mesh = Routing(SERVICES + rule("r", ROOT) + delegate)
    assert told(mesh) == [OWN]
    assert found(mesh) == problems


def test_what_matters_is_whether_the_roots_namespace_sees_the_delegate_not_the_clients() -> None:
    delegate = rule("d", f"{{exportTo: [default], http: [{LEAF}]}}", "team")
    mesh = Routing(SERVICES + rule("r", ROOT) + delegate, sidecar("elsewhere"))
    assert len(told(mesh)) == 2


def test_a_mistake_is_reported_where_it_is_written() -> None:
    leaf = "{http: [{route: [{destination: {host: ratings}}]}, {match: [{uri: {prefix: /team/x}}], "
    leaf += "route: [{destination: {host: nowhere}}]}]}"
    mesh = Routing(SERVICES + rule("r", ROOT.replace("shadow", "nobody")) + rule("d", leaf, "team"))
    assert dict.fromkeys(found(mesh)) == dict.fromkeys(
        [
            ("VirtualService default/r", "spec.http[0].mirror.host", "IST0101"),
            ("VirtualService team/d", "spec.http[1].route[0].destination.host", "IST0101"),
        ]
    )


def test_a_changed_delegate_changes_the_rule() -> None:
    mesh = Routing(SERVICES + rule("r", ROOT))
    mesh.apply(rule("d", f"{{http: [{LEAF}]}}", "team"))
    assert len(told(mesh)) == 2
    mesh.apply(rule("d", f"{{http: [{LEAF.replace('/team/a', '/team/b')}]}}", "team"))
    assert told(mesh)[0].startswith("prefix:/team/b ")
    mesh.apply(rule("d", "{}", "team"), remove=True)
    assert told(mesh) == [OWN]


def test_delegates_work_at_gateways() -> None:
    spec = "{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}]}"
    root = ROOT.replace("hosts: [reviews]", "gateways: [gw], hosts: [a.example.com]").replace(
        "host: reviews", "host: x"
    )
    text = SERVICES + document("Gateway", "gw", spec) + rule("r", root) + rule("d", f"{{http: [{LEAF}]}}", "team")
    mesh = Routing(text, gateway_proxy())
    assert told_all(mesh.host("http.80", "a.example.com:80"))[0].endswith("ratings.team.svc.cluster.local")
