import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, rule, sidecar, told_all

from lateen.api.problem import ResourceRef
from lateen.model.service import Service
from lateen.model.settings import MeshSettings, OutboundMode
from lateen.resolve.virtual_hosts import catch_all, service_domains

HOST = "reviews.default.svc.cluster.local:9080"
SHORT = ("reviews.default.svc", "reviews.default")


def made(hostname: str = "reviews.default.svc.cluster.local", **fields: object) -> Service:
    return Service(
        hostname=hostname,
        namespace="default",
        ports=(),
        source=ResourceRef("Service", "default", "reviews"),
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("service_", "namespace", "expected"),
    [
        (made(), "default", ("{}", "{}.", "reviews", *SHORT)),
        (made(), "other", ("{}", "{}.", *SHORT)),
        (made(addresses=("10.96.0.1", "fd00::1")), "other", ("{}", "{}.", *SHORT, "10.96.0.1", "[fd00::1]")),
        (made("example.com", addresses=("10.0.0.0/8",)), "default", ("{}", "{}.")),
        (made("*.example.com"), "default", ("{}", "{}.")),
        (made("1.2.3.4"), "default", ("{}",)),
        (
            made(headless=True),
            "other",
            ("{}", "{}.", *SHORT, "*.{}", "*.{}.", *(f"*.{each}" for each in SHORT)),
        ),
    ],
)
def test_domains(service_: Service, namespace: str, expected: tuple[str, ...]) -> None:
    found = service_domains(service_, (), namespace, "cluster.local")
    assert found == tuple(each.format(service_.hostname) for each in expected)


def test_aliases_are_domains_of_what_they_stand_for() -> None:
    found = service_domains(made("example.com"), ("short.default.svc.cluster.local",), "default", "cluster.local")
    assert found[:4] == (
        "example.com",
        "example.com.",
        "short.default.svc.cluster.local",
        "short.default.svc.cluster.local.",
    )


def test_unknown_hosts() -> None:
    passed, blocked = (catch_all(MeshSettings(outbound_mode=mode)) for mode in OutboundMode)
    assert (passed.name, passed.domains, told_all(passed)) == ("allow_any", ("*",), ["prefix:/ -> PassthroughCluster"])
    assert (blocked.name, blocked.domains, told_all(blocked)) == ("block_all", ("*",), ["prefix:/ -> 502"])


def test_every_service_of_a_port_has_a_virtual_host_and_unknown_hosts_come_last() -> None:
    mesh = Routing(service("b") + service("a") + service("elsewhere", port=1) + service("db", port_name="tcp"))
    names = [each.name for each in mesh.config("9080").virtual_hosts]
    assert names == ["a.default.svc.cluster.local:9080", "b.default.svc.cluster.local:9080", "allow_any"]
    assert mesh.config("9080").ignore_port


@pytest.mark.parametrize(
    ("first", "second", "in_force"),
    [
        ("[reviews]", "[reviews]", "201"),
        ("['*.default.svc.cluster.local']", "[reviews]", "202"),
        ("['*.cluster.local']", "['*.default.svc.cluster.local']", "202"),
        ("['*.default.svc.cluster.local']", "['*.cluster.local']", "201"),
        ("[other]", "[reviews]", "202"),
    ],
)
def test_one_rule_governs_a_service(first: str, second: str, in_force: str) -> None:
    mesh = Routing(
        service("reviews")
        + rule("one", f"{{hosts: {first}, http: [{{directResponse: {{status: 201}}}}]}}")
        + rule("two", f"{{hosts: {second}, http: [{{directResponse: {{status: 202}}}}]}}")
    )
    assert told_all(mesh.host("9080", HOST)) == [f"prefix:/ -> {in_force}"]


def test_the_rule_that_is_not_in_force_is_told_so() -> None:
    text = "{hosts: [x, reviews], http: [{route: [{destination: {host: reviews}}]}]}"
    mesh = Routing(service("reviews") + rule("one", text) + rule("two", text))
    assert {(each.resource and each.resource.name, each.code, each.path) for each in mesh.problems} == {
        ("two", "IST0109", "spec.hosts[0]"),
        ("two", "IST0109", "spec.hosts[1]"),
    }
    assert "default/one is in force for it" in mesh.problems[0].message


def test_a_private_rule_comes_before_an_older_public_one() -> None:
    mesh = Routing(
        service("reviews")
        + rule("public", "{hosts: [reviews], http: [{directResponse: {status: 201}}]}")
        + rule("private", "{hosts: [reviews], exportTo: [.], http: [{directResponse: {status: 202}}]}")
    )
    assert told_all(mesh.host("9080", HOST)) == ["prefix:/ -> 202"]
    mesh.proxy = sidecar("other")
    assert told_all(mesh.host("9080", HOST)) == ["prefix:/ -> 201"]


def test_hosts_that_are_no_service_have_a_virtual_host_at_port_80() -> None:
    text = rule("r", "{hosts: [www.example.com, '*.example.org'], http: [{directResponse: {status: 201}}]}")
    mesh = Routing(service("web", port=80) + service("reviews") + text)
    assert set(mesh.domains("9080")) == {HOST, "allow_any"}
    assert mesh.domains("80")["www.example.com:80"] == ("www.example.com",)
    assert mesh.domains("80")["*.example.org:80"] == ("*.example.org",)


def test_hosts_beside_a_service_have_a_virtual_host_at_the_services_port() -> None:
    text = rule("r", "{hosts: [www.example.com, reviews], http: [{directResponse: {status: 201}}]}")
    assert told_all(Routing(service("reviews") + text).host("9080", "www.example.com:9080")) == ["prefix:/ -> 201"]


def test_a_service_of_another_port_is_not_known_at_port_80() -> None:
    text = rule("r", "{hosts: [reviews], http: [{directResponse: {status: 201}}]}")
    assert set(Routing(service("web", port=80) + service("reviews") + text).domains("80")) == {
        "web.default.svc.cluster.local:80",
        "allow_any",
    }


def test_a_name_that_is_a_service_of_its_own_is_not_taken_by_another() -> None:
    entry = "{hosts: [reviews.default], ports: [{number: 9080, name: http, protocol: HTTP}], resolution: DNS}"
    mesh = Routing(service("reviews") + document("ServiceEntry", "entry", entry))
    assert "reviews.default" not in mesh.domains("9080")[HOST]
    assert mesh.domains("9080")["reviews.default:9080"] == ("reviews.default", "reviews.default.")


def test_wildcard_services_match_the_hosts_they_stand_for() -> None:
    entry = "{hosts: ['*.example.com'], ports: [{number: 80, name: http, protocol: HTTP}], resolution: NONE}"
    mesh = Routing(document("ServiceEntry", "entry", entry))
    assert mesh.domains("80")["*.example.com:80"] == ("*.example.com", "*.example.com.")
