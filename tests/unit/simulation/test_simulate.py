"""Calls through the sample proxy."""

import pytest
from envoy.config.route.v3.route_components_pb2 import RedirectAction, Route, RouteMatch, VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from tests.support import sample_proxy as sample

from lateen.simulation.call import Call, Entry, Protocol
from lateen.simulation.known import unknown_fields
from lateen.simulation.outcome import Kind, Outcome
from lateen.simulation.routing import route_request
from lateen.simulation.simulate import simulate
from lateen.translate.resources import translate_proxy

RESOURCES = translate_proxy(sample.CONFIG)


def call(path: str = "/", host: str = "reviews:9080", **options: object) -> Outcome:
    values: dict[str, object] = {"address": "10.96.0.10", "port": 9080, "host": host, "path": path}
    return simulate(RESOURCES, Call(**{**values, **options}))  # type: ignore[arg-type]


def test_weighted_targets_with_their_shares_and_headers() -> None:
    outcome = call("/reviews/1", headers={"X-Gone": "x", "x-added": "1"})
    assert (outcome.kind, outcome.route, outcome.virtual_host) == (Kind.FORWARDED, "split", f"{sample.REVIEWS}:9080")
    assert [(target.cluster, target.share) for target in outcome.targets] == [(sample.V2, 0.75), (sample.V3, 0.25)]
    assert outcome.targets[0].headers == {"x-to": "v2", "x-set": "1", "x-added": "1,2"}
    assert outcome.targets[1].response_headers == {"x-from": "v3"}
    assert outcome.mirrors == ((sample.V1, 0.125),)
    assert outcome.retries == 2
    assert outcome.config == "/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews"


def test_draining_and_lower_priority_endpoints_are_not_picked() -> None:
    assert call().targets[0].endpoints == ("10.244.0.20:9080",)


def test_header_and_query_conditions_with_faults() -> None:
    outcome = call("/?lang=en-GB", headers={"end-user": "jason"})
    assert outcome.route == "jason"
    assert (outcome.timeout_ms, outcome.targets[0].host) == (5000, "reviews.internal")
    assert outcome.faults is not None
    assert (outcome.faults.delay_ms, outcome.faults.delay_share) == (1500, 0.5)
    assert (outcome.faults.abort_status, outcome.faults.abort_share) == (555, 0.001)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?lang=de", {"end-user": "jason"}),
        ("/", {"end-user": "jason"}),
        ("/?lang=en", {"end-user": "jasonx"}),
        ("/?lang=en", {"end-user": "jason", "x-beta": ""}),
        ("/?lang=en", {"end-user": "jason", "x-tier": "gold"}),
    ],
)
def test_one_unmet_condition_is_enough(path: str, headers: dict[str, str]) -> None:
    assert call(path, headers=headers).route == "split"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/old?q=1", 302, "http://example.com/new?q=1"),
        ("/moved/a?b=c", 301, "https://reviews:8443/here/a?b=c"),
    ],
)
def test_redirects(path: str, status: int, location: str) -> None:
    outcome = call(path)
    assert (outcome.kind, outcome.status, outcome.location) == (Kind.REDIRECTED, status, location)


def test_direct_response() -> None:
    outcome = call("/teapot")
    assert (outcome.kind, outcome.status, outcome.body) == (Kind.ANSWERED, 418, "short")


@pytest.mark.parametrize(
    ("path", "route", "rewritten"),
    [
        ("/api/v1", "rewritten", "/v1"),
        ("/api/v1/x?y=z", "rewritten", "/v1/x?y=z"),
        ("/api/v1x", "split", "/api/v1x"),
        ("/book/12?x", "regex", "/reviews/12?x"),
        ("/book/12/", "split", "/book/12/"),
        ("/aNY/thing?q", "", "/one\\path?q"),
    ],
)
def test_rewrites(path: str, route: str, rewritten: str) -> None:
    outcome = call(path)
    assert (outcome.route, outcome.targets[0].path) == (route, rewritten)
    assert outcome.targets[0].headers.get("x-envoy-original-path") == (path if rewritten != path else None)


def test_hosts() -> None:
    assert call(host="REVIEWS").virtual_host == f"{sample.REVIEWS}:9080"
    assert call(host="elsewhere.test").targets[0].endpoints == ("10.96.0.10:9080",)
    upgraded = call("/x", host="a.wild.test:9080")
    assert (upgraded.kind, upgraded.location) == (Kind.REDIRECTED, "https://a.wild.test:9080/x")


@pytest.mark.parametrize("protocol", [Protocol.TCP, Protocol.TLS])
def test_what_is_not_http_passes_through(protocol: Protocol) -> None:
    outcome = call(protocol=protocol)
    assert (outcome.listener, outcome.chain) == ("0.0.0.0_9080", "PassthroughFilterChain")
    assert outcome.targets[0].endpoints == ("10.96.0.10:9080",)


def test_tcp_by_address_before_port() -> None:
    outcome = call(address="10.96.0.30", port=3306, protocol=Protocol.TCP)
    assert [(target.cluster, target.share) for target in outcome.targets] == [(sample.V1, 0.75), (sample.V2, 0.25)]
    assert outcome.config.endswith("virtual-service/reviews")
    unknown = call(address="10.96.0.31", port=3306, protocol=Protocol.TCP)
    assert unknown.listener == "virtualOutbound"


def test_the_capturing_port_itself_is_a_dead_end() -> None:
    outcome = call(address="10.244.0.1", port=15001, protocol=Protocol.TCP)
    assert (outcome.targets[0].cluster, outcome.targets[0].endpoints) == ("BlackHoleCluster", ())


def test_inbound() -> None:
    outcome = call(address="10.244.0.5", entry=Entry.INBOUND)
    assert (outcome.listener, outcome.route, outcome.targets[0].cluster) == (
        "virtualInbound",
        "default",
        "inbound|9080||",
    )
    other = call(address="10.244.0.5", port=7000, entry=Entry.INBOUND, protocol=Protocol.TCP)
    assert other.targets[0].cluster == "InboundPassthroughCluster"


def test_nothing_listens() -> None:
    outcome = call(entry=Entry.DIRECT, port=80)
    assert (outcome.kind, outcome.trail) == (Kind.REFUSED, ("nothing listens at 10.96.0.10:80",))


def test_the_trail_tells_each_decision() -> None:
    assert call("/teapot").trail == (
        "listener 0.0.0.0_9080",
        "filter chain http",
        "route configuration 9080",
        f"virtual host {sample.REVIEWS}:9080",
        "route 2 (teapot)",
    )


def test_every_field_translate_writes_is_read_or_knowingly_ignored() -> None:
    messages = [
        *RESOURCES.listeners.values(),
        *RESOURCES.clusters.values(),
        *RESOURCES.endpoints.values(),
        *RESOURCES.routes.values(),
    ]
    assert sorted({field for message in messages for field in unknown_fields(message)}) == []


def test_a_field_in_no_table_is_found() -> None:
    route = translate_proxy(sample.CONFIG).routes["9080"]
    route.virtual_hosts[0].retry_policy.retry_on = "5xx"
    assert list(unknown_fields(route)) == ["virtual_hosts[0].retry_policy (envoy.config.route.v3.VirtualHost)"]


def test_a_redirect_to_a_host_with_a_port_keeps_both_ports() -> None:
    """As Envoy does it: the port that is set is put behind whatever the host says."""
    action = RedirectAction(host_redirect="new.example.com:81", port_redirect=8443)
    routes = [Route(match=RouteMatch(prefix="/"), redirect=action)]
    config = RouteConfiguration(name="r", virtual_hosts=[VirtualHost(name="all", domains=["*"], routes=routes)])
    found = route_request(RESOURCES, config, Call(address="10.96.0.10", port=9080, host="old:80", path="/a"))
    assert found.location == "http://new.example.com:81:8443/a"
