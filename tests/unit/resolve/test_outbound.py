from tests.support.resources import service
from tests.support.routing import Routing, rule, sidecar, told_all

from lateen.ir.route import VirtualHost

MANY = 20


def weighted(number: int, weight: int) -> str:
    other = (number + 1) % MANY
    return rule(
        f"r{number}",
        f"{{hosts: [s{number}], http: [{{route: [{{destination: {{host: s{number}}}, weight: {weight}}}, "
        f"{{destination: {{host: s{other}}}, weight: {100 - weight}}}]}}]}}",
    )


def mesh() -> Routing:
    return Routing("".join(service(f"s{n}") + weighted(n, 50) for n in range(MANY)))


def hosts(found: Routing) -> dict[str, VirtualHost]:
    return {each.name: each for each in found.config("9080").virtual_hosts}


def test_a_change_of_one_rule_makes_one_virtual_host_anew() -> None:
    found = mesh()
    before, listeners = hosts(found), dict(found.layer.listeners)
    found.apply(weighted(7, 60))
    after = hosts(found)
    assert [name for name in before if after[name] is not before[name]] == ["s7.default.svc.cluster.local:9080"]
    assert all(found.layer.listeners[name] is each for name, each in listeners.items())


def test_nothing_is_made_anew_by_what_routes_do_not_depend_on() -> None:
    found = mesh()
    before = found.layer
    found.apply(weighted(7, 50))
    assert found.layer is before


def test_a_destination_that_appears_and_goes_changes_the_routes_to_it() -> None:
    found = Routing(service("a") + rule("r", "{hosts: [a], http: [{route: [{destination: {host: b}}]}]}"))
    name = "a.default.svc.cluster.local:9080"
    assert told_all(found.host("9080", name)) == ["prefix:/ -> BlackHoleCluster"]
    found.apply(service("b"))
    assert told_all(found.host("9080", name)) == ["prefix:/ -> 9080||b"]
    found.apply(service("b"), remove=True)
    assert told_all(found.host("9080", name)) == ["prefix:/ -> BlackHoleCluster"]


def test_the_same_mesh_step_by_step_and_at_once() -> None:
    found = Routing(service("a"))
    found.apply(rule("r", "{hosts: [a], http: [{directResponse: {status: 201}}]}"))
    found.apply(service("b", port_name="tcp"))
    found.apply(rule("r", "{hosts: [a], http: [{directResponse: {status: 201}}]}"), remove=True)
    fresh = Routing(service("a") + service("b", port_name="tcp"))
    assert (found.layer.routes, found.layer.listeners) == (fresh.layer.routes, fresh.layer.listeners)


def test_a_sniffed_port_has_routes_of_its_own() -> None:
    found = Routing(service("a", port_name="foo") + rule("r", "{hosts: [a], http: [{directResponse: {status: 201}}]}"))
    assert list(found.layer.routes) == ["a.default.svc.cluster.local:9080"]
    (host,) = found.config("a.default.svc.cluster.local:9080").virtual_hosts
    assert (host.name, host.domains) == ("a.default.svc.cluster.local:9080", ("*",))
    assert told_all(host) == ["prefix:/ -> 201"]


def test_rules_for_gateways_only_are_no_matter_of_sidecars() -> None:
    gateway = "{hosts: [a], gateways: [gw], http: [{route: [{destination: {host: nobody}}]}]}"
    found = Routing(service("a") + rule("r", gateway))
    assert told_all(found.host("9080", "a.default.svc.cluster.local:9080")) == ["prefix:/ -> 9080||a"]
    assert found.problems == ()


def test_each_namespace_has_its_short_names() -> None:
    found = Routing(service("a") + service("a", "other"))
    found.proxy = sidecar("other")
    domains = found.domains("9080")
    assert "a" in domains["a.other.svc.cluster.local:9080"]
    assert "a" not in domains["a.default.svc.cluster.local:9080"]
