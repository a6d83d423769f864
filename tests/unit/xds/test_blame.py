import msgspec

from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Delegate, Forward, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.ir.secret import Secret
from lateen.translate.names import ROUTE_TYPE, SECRET_TYPE
from lateen.xds.blame import origins_of, rejection_problems
from lateen.xds.sheet import Encoded


def origin(name: str) -> ConfigOrigin:
    return ConfigOrigin(group="networking.istio.io", version="v1", kind="VirtualService", namespace="d", name=name)


def host(name: str, timeout: int = 0) -> VirtualHost:
    action = Forward(clusters=(WeightedCluster(cluster="c"),), timeout_ms=timeout)
    return VirtualHost(name=name, domains=(name,), routes=(Route(action=action, origin=origin(name)),))


def routes(*hosts: VirtualHost) -> RouteConfig:
    return RouteConfig(name="80", virtual_hosts=hosts)


def test_only_rules_that_changed_are_suspected() -> None:
    before = routes(host("a"), host("b"), host("c"))
    assert origins_of(routes(host("a"), host("b", 5), host("c")), before) == (origin("b"),)
    assert origins_of(routes(host("a"), host("b")), None) == (origin("a"), origin("b"))


def test_whoever_a_rule_delegates_to_is_suspected_first() -> None:
    route = msgspec.structs.replace(host("a").routes[0], delegate=Delegate(origin=origin("b"), rule=0))
    assert origins_of(routes(VirtualHost(name="a", domains=("a",), routes=(route,)))) == (origin("b"), origin("a"))


def test_a_problem_names_the_rule_and_carries_envoys_words() -> None:
    [problem] = rejection_problems(ROUTE_TYPE, Encoded("80", "v", b"", routes(host("a"))), "duplicate domain")
    assert str(problem.resource) == "VirtualService d/a"
    assert "duplicate domain" in problem.message
    [nameless] = rejection_problems(ROUTE_TYPE, Encoded("80", "v", b""), "why")
    assert nameless.resource is None


def test_a_refused_secret_is_the_matter_of_those_who_name_it() -> None:
    value = Secret(name="kubernetes://a", private_key=b"the-key", origins=(origin("gw"),))
    [problem] = rejection_problems(SECRET_TYPE, Encoded("kubernetes://a", "v", b"", value), "bad key")
    assert problem.resource is not None
    assert problem.resource.name == "gw"
    assert "the-key" not in repr(problem)
