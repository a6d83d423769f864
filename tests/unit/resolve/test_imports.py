import pytest
from tests.support.resources import snapshot
from tests.support.routing import document, rule

from lateen.lib.memo import Memo
from lateen.model.hostname import overlaps
from lateen.resolve.imports import Imports, host_list, imports_of


def service(name: str, namespace: str, *ports: int) -> str:
    listed = ", ".join(f"{{port: {port}, name: http-{port}}}" for port in ports)
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{clusterIP: 10.96.0.1, ports: [{listed}]}}
"""


def entry(name: str, namespace: str, host: str, port: int, more: str = "") -> str:
    ports = f"[{{number: {port}, name: http, protocol: HTTP}}]"
    return document("ServiceEntry", name, f"{{hosts: ['{host}'], ports: {ports}, resolution: DNS{more}}}", namespace)


def imported(text: str, *egress: str, namespace: str = "default") -> Imports:
    mesh = snapshot(text + document("Sidecar", "s", f"{{egress: [{', '.join(egress)}]}}", namespace))
    rules = tuple(mesh.virtual_services)
    return imports_of(Memo(), mesh.sidecars[0], mesh.services, rules, mesh.settings, namespace=namespace)


def union(found: Imports) -> dict[str, list[int]]:
    names = {each.hostname.removesuffix(".svc.cluster.local"): each for each in found.services}
    return {name: [port.number for port in each.ports] for name, each in names.items()}


MESH = service("a", "default", 80) + service("b", "default", 80, 81) + service("c", "other", 80)


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("['*/*']", ["a.default", "b.default", "c.other"]),
        ("['./*']", ["a.default", "b.default"]),
        ("['other/*']", ["c.other"]),
        ("['*/c.other.svc.cluster.local']", ["c.other"]),
        ("['./c.other.svc.cluster.local']", []),
        ("['*/*.other.svc.cluster.local']", ["c.other"]),
        ("['~/*']", []),
        ("['*/*', '~other/*']", ["a.default", "b.default"]),
        ("['*/*', '~./a.default.svc.cluster.local']", ["b.default", "c.other"]),
        ("['*/*', '~/*.default.svc.cluster.local']", ["c.other"]),
    ],
)
def test_hosts(hosts: str, expected: list[str]) -> None:
    assert list(union(imported(MESH, f"{{hosts: {hosts}}}"))) == expected


def test_a_dot_is_the_namespace_of_the_workload_not_of_the_sidecar() -> None:
    mesh = snapshot(MESH + document("Sidecar", "s", "{egress: [{hosts: ['./*']}]}", "istio-system"))
    found = imports_of(Memo(), mesh.sidecars[0], mesh.services, (), mesh.settings, namespace="other")
    assert list(union(found)) == ["c.other"]


def test_without_egress_everything_is_imported() -> None:
    mesh = snapshot(MESH + document("Sidecar", "s", "{outboundTrafficPolicy: {mode: ALLOW_ANY}}"))
    found = imports_of(Memo(), mesh.sidecars[0], mesh.services, (), mesh.settings, namespace="default")
    assert len(found.services) == 3


def test_what_is_not_exported_is_not_imported() -> None:
    hidden = entry("e", "other", "x.com", 80, ", exportTo: ['.']")
    assert union(imported(hidden, "{hosts: ['*/*']}")) == {}
    assert union(imported(hidden, "{hosts: ['*/*']}", namespace="other")) == {"x.com": [80]}


def test_a_listener_with_a_port_imports_that_port_and_all_listeners_together_their_union() -> None:
    http = "{{port: {{number: {0}, protocol: HTTP}}, hosts: ['*/*']}}"
    portless = service("none", "default")
    assert union(imported(MESH + portless, http.format(81))) == {"b.default": [81]}
    both = imported(MESH, http.format(81), http.format(80))
    assert sorted(union(both)["b.default"]) == [80, 81]
    assert [[port.number for port in each.services[0].ports] for each in both.egress] == [[81], [80]]


def test_a_proxy_and_a_socket_file_import_all_ports() -> None:
    proxy = "{port: {number: 3128, protocol: HTTP_PROXY}, hosts: ['./*']}"
    file = "{port: {number: 0, protocol: HTTP}, bind: 'unix:///a', hosts: ['./*']}"
    for listener in (proxy, file):
        assert union(imported(MESH, listener)) == {"a.default": [80], "b.default": [80, 81]}


def test_one_namespace_for_each_hostname_the_own_the_kubernetes_or_the_oldest() -> None:
    host = "a.default.svc.cluster.local"
    taken = service("a", "default", 80) + entry("e", "other", host, 81)
    everything = "{hosts: ['*/*']}"
    assert union(imported(taken, everything, namespace="third")) == {"a.default": [80]}
    assert union(imported(taken, everything, namespace="other")) == {"a.default": [81]}
    assert union(imported(taken, "{hosts: ['other/*']}", namespace="third")) == {"a.default": [81]}


TO_C = "{hosts: [a], http: [{route: [{destination: {host: c.other.svc.cluster.local}}]}]}"
ONLY_A = "{hosts: [./a.default.svc.cluster.local]}"


def test_where_an_imported_rule_sends_requests_comes_along() -> None:
    found = imported(MESH + rule("r", TO_C), ONLY_A)
    assert union(found) == {"a.default": [80], "c.other": [80]}
    assert [each.hostname for each in found.egress[0].services] == ["a.default.svc.cluster.local"]
    assert union(imported(MESH + rule("r", TO_C), "{hosts: ['./b.default.svc.cluster.local']}")) == {
        "b.default": [80, 81]
    }


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("http: [{route: [{destination: {host: b, port: {number: 81}}}]}]", {"a.default": [80], "b.default": [81]}),
        ("http: [{route: [{destination: {host: b, port: {number: 9}}}]}]", {"a.default": [80]}),
        ("http: [{route: [{destination: {host: a}}], mirror: {host: b}}]", {"a.default": [80], "b.default": [80, 81]}),
        ("tcp: [{route: [{destination: {host: b, port: {number: 80}}}]}]", {"a.default": [80], "b.default": [80]}),
        (
            "http: [{match: [{sourceNamespace: other}], route: [{destination: {host: b}}]}, "
            "{match: [{sourceNamespace: default}], route: [{destination: {host: c.other.svc.cluster.local}}]}]",
            {"a.default": [80], "c.other": [80]},
        ),
    ],
)
def test_only_the_ports_and_routes_that_matter_come_along(routes: str, expected: dict[str, list[int]]) -> None:
    assert union(imported(MESH + rule("r", f"{{hosts: [a], {routes}}}"), ONLY_A)) == expected


def test_a_rule_of_another_namespace_is_imported_from_there() -> None:
    foreign = rule("r", "{hosts: [a.default.svc.cluster.local], http: [{directResponse: {status: 201}}]}", "other")
    own = imported(MESH + foreign, ONLY_A)
    assert own.egress[0].virtual_services == ()
    wide = imported(MESH + foreign, "{hosts: ['*/a.default.svc.cluster.local']}")
    assert [each.metadata.name for each in wide.egress[0].virtual_services] == ["r"]


def test_rules_are_imported_by_hosts_that_overlap() -> None:
    hosts = host_list(["./a.com", "~./b.com"], "default")
    assert hosts.admits("default", "*.com", overlaps)
    assert not hosts.admits("default", "*.com")
    assert not hosts.admits("other", "a.com", overlaps)
    assert not host_list(["./*", "~./b.com"], "default").admits("default", "b.com", overlaps)
