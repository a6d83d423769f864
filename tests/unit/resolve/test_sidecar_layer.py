from tests.support.resources import service
from tests.support.routing import Routing, document, rule, sidecar, told_all

from lateen.ir.listener import Tcp
from lateen.ir.names import VIRTUAL_OUTBOUND

MESH = service("a") + service("b") + service("db", port_name="tcp")
VIA_DB = (
    "outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: db.default.svc.cluster.local, port: {number: 9080}}}"
)
HTTP = "{port: {number: 9080, protocol: HTTP, name: x}"


def scoped(spec: str, more: str = "") -> Routing:
    return Routing(MESH + document("Sidecar", "s", spec) + more)


def names(found: Routing, config: str) -> list[str]:
    return [each.name.removesuffix(".default.svc.cluster.local:9080") for each in found.config(config).virtual_hosts]


def test_a_listener_for_a_port_keeps_the_others_from_it() -> None:
    found = scoped(f"{{egress: [{HTTP}, hosts: [./a.default.svc.cluster.local]}}, {{hosts: ['./*']}}]}}")
    assert names(found, "9080") == ["a", "allow_any"]
    assert len([each for each in found.layer.listeners if each.endswith("_9080")]) == 2, "db has an address of its own"


def test_a_listener_that_captures_nothing_is_found_by_the_routes_of_its_port() -> None:
    egress = f"[{HTTP}, captureMode: NONE, hosts: [./a.default.svc.cluster.local]}}, {{hosts: ['./*']}}]"
    found = scoped(f"{{egress: {egress}}}")
    assert found.listener("127.0.0.1_9080").bound
    assert not found.listener("0.0.0.0_9080").bound
    assert names(found, "9080") == ["a", "allow_any"]


def test_a_rule_speaks_only_where_it_is_imported() -> None:
    answer = rule("r", "{hosts: [a, b], http: [{directResponse: {status: 201}}]}")
    file = "{port: {number: 0, protocol: HTTP, name: f}, bind: 'unix:///f', hosts: [other/x.com]}"
    found = scoped(f"{{egress: [{file}, {{hosts: [./a.default.svc.cluster.local]}}]}}", answer)
    assert told_all(found.host("9080", "a.default.svc.cluster.local:9080")) == ["prefix:/ -> 201"]
    assert "unix:///f" not in found.layer.routes, "nothing is imported there"


def test_a_socket_file_serves_every_port_told_apart_by_the_host_header() -> None:
    file = "{port: {number: 0, protocol: HTTP, name: f}, bind: 'unix:///f', hosts: ['./*']}"
    found = scoped(f"{{egress: [{file}]}}", service("web", port=80))
    config = found.config("unix:///f")
    domains = {each.name: each.domains for each in config.virtual_hosts}
    assert not config.ignore_port
    assert "a:9080" in domains["a.default.svc.cluster.local:9080"]
    assert "a" not in domains["a.default.svc.cluster.local:9080"]
    assert {"web", "web:80"} <= set(domains["web.default.svc.cluster.local:80"])


def test_connections_to_a_socket_file_go_to_the_only_port_of_the_service() -> None:
    file = "{port: {number: 0, protocol: TCP, name: f}, bind: 'unix:///f', hosts: [./db.default.svc.cluster.local]}"
    (chain,) = scoped(f"{{egress: [{file}]}}").listener("unix:///f_0").chains
    assert isinstance(chain.network, Tcp)
    assert [each.cluster for each in chain.network.targets] == ["outbound|9080||db.default.svc.cluster.local"]


def test_a_socket_file_leads_nowhere_where_a_looked_up_host_has_several_ports() -> None:
    ports = "[{number: 443, name: a, protocol: TLS}, {number: 8443, name: b, protocol: TLS}]"
    hosts = document("ServiceEntry", "e", f"{{hosts: ['*.x.com'], ports: {ports}, resolution: DYNAMIC_DNS}}")
    file = "{port: {number: 0, protocol: TLS, name: f}, bind: 'unix:///f', hosts: ['./*.x.com']}"
    (chain,) = scoped(f"{{egress: [{file}]}}", hosts).listener("unix:///f_0").chains
    assert isinstance(chain.network, Tcp)
    assert ([each.cluster for each in chain.network.targets], chain.network.sni_lookup) == (["BlackHoleCluster"], None)


def test_of_services_that_share_a_listener_for_connections_the_younger_is_reported() -> None:
    tcp = "{port: {number: 9080, protocol: TCP, name: t}, bind: 0.0.0.0, hosts: ['./*']}"
    found = Routing(
        service("old", port_name="tcp")
        + service("young", port_name="tcp")
        + document("Sidecar", "s", f"{{egress: [{tcp}]}}")
    )
    (chain,) = found.listener("0.0.0.0_9080").chains
    assert chain.network.stat_prefix == "outbound|9080||old.default.svc.cluster.local"
    (problem,) = found.resolver.problems()
    assert (problem.resource and problem.resource.name, problem.path) == ("young", "spec.ports")


def unknown(found: Routing) -> str:
    network = found.listener(VIRTUAL_OUTBOUND).chains[-1].network
    assert isinstance(network, Tcp)
    return network.targets[0].cluster


def test_unknown_destinations() -> None:
    assert unknown(scoped("{egress: [{hosts: ['./*']}]}")) == "PassthroughCluster"
    assert unknown(scoped("{outboundTrafficPolicy: {}}")) == "BlackHoleCluster"
    found = scoped(f"{{{VIA_DB}}}")
    assert unknown(found) == "outbound|9080||db.default.svc.cluster.local"
    assert told_all(found.host("9080", "allow_any")) == ["prefix:/ -> 9080||db"]


def test_an_egress_proxy_that_is_not_imported_is_reported() -> None:
    found = scoped(f"{{{VIA_DB}, egress: [{{hosts: ['~/*']}}]}}")
    assert unknown(found) == "BlackHoleCluster"
    (problem,) = found.problems
    assert (str(problem.resource), problem.path) == ("Sidecar default/s", "spec.outboundTrafficPolicy.egressProxy")


def test_what_a_sidecar_hides_is_no_mistake_of_the_rule_that_names_it() -> None:
    split = rule("r", "{hosts: [a], http: [{route: [{destination: {host: several, port: {number: 9081}}}]}]}")
    several = service("several").replace("name: http}", "name: http}, {port: 9081, name: http-b}")
    egress = f"{{egress: [{HTTP}, hosts: [./a.default.svc.cluster.local]}}]}}"
    found = scoped(egress, split + several)
    assert told_all(found.host("9080", "a.default.svc.cluster.local:9080")) == ["prefix:/ -> BlackHoleCluster"]
    assert found.problems == ()


def test_mistakes_of_rules_are_found_though_every_workload_is_scoped() -> None:
    wrong = rule("r", "{hosts: [a], http: [{route: [{destination: {host: gone}}]}]}")
    found = scoped("{egress: [{hosts: ['./*']}]}", wrong)
    assert [each.code for each in found.problems] == ["IST0101"]


def test_workloads_of_one_sidecar_are_told_the_same() -> None:
    found = scoped("{workloadSelector: {labels: {app: x}}, egress: [{hosts: ['~/*']}]}")
    one, two, three = (sidecar(app=app, version=version) for app, version in (("x", "1"), ("x", "2"), ("z", "1")))
    layers = [found.resolver.config_for(each).layers[:3] for each in (one, two, three)]
    assert layers[0] == layers[1]
    assert layers[0] != layers[2]
