import pytest
from tests.support.resources import resources
from tests.support.routing import rule

from lateen.api.virtual_service import VirtualService
from lateen.resolve.gateway_name import gateway_name
from lateen.resolve.rules import HostIndex, Rule, index_hosts, read_rule


def read(name: str, spec: str) -> Rule:
    (found,) = resources(rule(name, spec))
    assert isinstance(found, VirtualService)
    return read_rule(found, "cluster.local")


def index(*hosts: str) -> HostIndex:
    return index_hosts([read(f"r{n}", f"{{hosts: ['{host}'], http: []}}") for n, host in enumerate(hosts)])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mesh", "mesh"),
        ("gw", "default/gw"),
        ("./gw", "default/gw"),
        ("other/gw", "other/gw"),
        ("gw.other", "other/gw"),
        ("gw.other.svc.cluster.local", "other/gw"),
    ],
)
def test_names_of_gateways(name: str, expected: str) -> None:
    assert gateway_name(name, "default") == expected


def test_short_names_are_completed_in_the_rules_own_namespace() -> None:
    found = read(
        "r",
        "{hosts: [reviews, Example.com], tcp: [{route: [{destination: {host: db, port: {number: 1}}}]}], http: "
        "[{route: [{destination: {host: reviews, subset: v1}}], mirror: {host: m}, "
        "mirrors: [{destination: {host: other}}]}]}",
    )
    assert found.hosts == ("reviews.default.svc.cluster.local", "example.com")
    assert found.gateways == {"mesh"}
    assert [(each.host.partition(".")[0], each.subset, each.port, each.path) for each in (*found.http, *found.l4)] == [
        ("reviews", "v1", 0, "spec.http[0].route[0].destination"),
        ("m", "", 0, "spec.http[0].mirror"),
        ("other", "", 0, "spec.http[0].mirrors[0].destination"),
        ("db", "", 1, "spec.tcp[0].route[0].destination"),
    ]


def test_the_longest_wildcard_governs_a_host_and_the_oldest_of_equal_ones() -> None:
    found = index("*.com", "*.example.com", "*.example.com", "a.example.com")
    assert (chosen := found.wildcard_for("b.example.com")) is not None
    assert chosen.name == "r1"
    assert found.wildcard_for("a.example.com") is None
    assert found.wildcard_for("example.org") is None


def test_rules_for_a_host_come_in_order_of_choice() -> None:
    found = index("*.com", "a.example.com", "*.example.com", "b.example.com")
    assert [each.name for each in found.for_host("a.example.com")] == ["r0", "r1", "r2"]
    assert [each.name for each in found.for_host("*.example.com")] == ["r0", "r1", "r2", "r3"]
