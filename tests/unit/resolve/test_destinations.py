import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, rule, told_all

MESH = (
    service("reviews")
    + service("two").replace("ports: [", "ports: [{port: 81, name: http-b}, ")
    + document("DestinationRule", "reviews", "{host: reviews, subsets: [{name: v1}]}")
)


def found(destination: str, field: str = "route: [{{destination: {}}}]") -> Routing:
    return Routing(MESH + rule("r", f"{{hosts: [reviews], http: [{{{field.format(destination)}}}]}}"))


@pytest.mark.parametrize(
    ("destination", "path", "code", "message"),
    [
        ("{host: nobody}", "host", "IST0101", 'Referenced host not found: "nobody.default.svc.cluster.local"'),
        (
            "{host: reviews, subset: v9}",
            "subset",
            "IST0101",
            'Referenced host+subset in destinationrule not found: "reviews.default.svc.cluster.local+v9"',
        ),
        (
            "{host: reviews, port: {number: 1}}",
            "port",
            "IST0101",
            'Referenced host:port not found: "reviews.default.svc.cluster.local:1"',
        ),
    ],
)
def test_what_a_route_sends_to_must_exist(destination: str, path: str, code: str, message: str) -> None:
    mesh = found(destination)
    (problem,) = mesh.problems
    assert (problem.code, problem.severity, problem.message) == (code, "Error", message)
    assert problem.path == f"spec.http[0].route[0].destination.{path}"
    assert problem.resource is not None
    assert problem.resource.name == "r"
    assert told_all(mesh.host("9080", "reviews.default.svc.cluster.local:9080")) == ["prefix:/ -> BlackHoleCluster"]


def test_the_other_targets_of_a_route_keep_working() -> None:
    mesh = found("{host: nobody}, weight: 10}, {weight: 90, destination: {host: reviews, subset: v1}")
    (route,) = told_all(mesh.host("9080", "reviews.default.svc.cluster.local:9080"))
    assert route == "prefix:/ -> BlackHoleCluster*10 9080|v1|reviews*90"


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("route: [{{destination: {{host: reviews}}}}], mirror: {}", "mirror.host"),
        ("route: [{{destination: {{host: reviews}}}}], mirrors: [{{destination: {}}}]", "mirrors[0].destination.host"),
    ],
)
def test_mirrors_that_do_not_exist_are_left_out(field: str, path: str) -> None:
    mesh = found("{host: nobody}", field)
    assert [problem.path for problem in mesh.problems] == [f"spec.http[0].{path}"]
    (route,) = mesh.host("9080", "reviews.default.svc.cluster.local:9080").routes
    assert getattr(route.action, "mirrors", None) == ()


def test_a_service_with_one_port_needs_no_port() -> None:
    text = service("other", port=1234) + rule(
        "r", "{hosts: [reviews], http: [{route: [{destination: {host: other}}]}]}"
    )
    mesh = Routing(MESH + text)
    host = mesh.host("9080", "reviews.default.svc.cluster.local:9080")
    assert told_all(host) == ["prefix:/ -> 1234||other"]


def test_a_service_with_several_ports_is_called_at_the_callers_port() -> None:
    mesh = found("{host: two}")
    assert told_all(mesh.host("9080", "reviews.default.svc.cluster.local:9080")) == ["prefix:/ -> 9080||two"]
    assert not mesh.problems
    mesh.apply(service("reviews", port=7))
    assert told_all(mesh.host("7", "reviews.default.svc.cluster.local:7")) == ["prefix:/ -> BlackHoleCluster"]
    (problem,) = mesh.problems
    assert (problem.code, problem.path) == ("IST0112", "spec.http[0].route[0].destination")
    assert "exposes multiple ports [81 9080]" in problem.message


def test_an_alias_means_what_it_stands_for() -> None:
    alias = service("alias").replace(
        "clusterIP", "type: ExternalName\n  externalName: reviews.default.svc.cluster.local\n  clusterIP"
    )
    mesh = Routing(MESH + alias + rule("r", "{hosts: [two], http: [{route: [{destination: {host: alias}}]}]}"))
    assert told_all(mesh.host("9080", "two.default.svc.cluster.local:9080")) == ["prefix:/ -> 9080||reviews"]
