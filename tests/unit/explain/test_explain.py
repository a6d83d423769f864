"""Whole answers: each verdict, and what belongs to it."""

import pytest
from tests.support.explaining import MESH, SUBSETS, ask, deployment, scenario, steps, virtual_service

from lateen.explain.result import ClientTls, Topic, Verdict

SPLIT = virtual_service(
    """
  - name: jason
    match: [{headers: {end-user: {exact: jason}}, uri: {prefix: /reviews}}]
    rewrite: {uri: /r}
    headers: {request: {set: {x-a: "1"}, remove: [end-user]}, response: {set: {x-b: "2"}}}
    timeout: 1500ms
    retries: {attempts: 3, perTryTimeout: 250ms, retryOn: 5xx}
    fault: {delay: {fixedDelay: 2s, percentage: {value: 10}}}
    mirror: {host: ratings}
    mirrorPercentage: {value: 50}
    route: [{destination: {host: reviews, subset: v2}}]
  - match: [{uri: {exact: /old}}]
    redirect: {uri: /new, redirectCode: 308}
  - match: [{uri: {exact: /closed}}]
    directResponse: {status: 503, body: {string: closed}}
  - match: [{uri: {exact: /broken}}]
    fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
    route: [{destination: {host: reviews, subset: v1}}]
  - match: [{uri: {exact: /typo}}]
    route: [{destination: {host: reviews, subset: v9}}]
  - match: [{uri: {prefix: /reviews}}]
    route:
    - {destination: {host: reviews, subset: v1}, weight: 75}
    - {destination: {host: reviews, subset: v2}, weight: 25}
"""
)


def test_a_request_is_forwarded_with_everything_that_its_rule_asks_for() -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), "http://reviews:9080/reviews/1?x=y", headers={"End-User": "jason"})
    assert (found.verdict, found.status) == (Verdict.FORWARD, None)
    assert [(each.subset, each.share, each.destination_rule) for each in found.clusters] == [
        ("v2", 1.0, "default/reviews")
    ]
    assert [(each.workload, each.pod, each.port, each.healthy) for each in found.endpoints] == [
        ("reviews-v2", "reviews-v2-1", 9080, True)
    ]
    assert [(each.cluster, each.share) for each in found.mirrors] == [
        ("outbound|9080||ratings.default.svc.cluster.local", 0.5)
    ]
    assert "50% of the requests go to ratings.default.svc.cluster.local port 9080 (" in steps(found, Topic.MIRROR)[0]
    route = found.route
    assert route is not None
    assert (route.name, route.virtual_service, route.rule, route.file) == ("jason", "default/reviews", 0, "mesh.yaml")
    assert route.line == 1 + (MESH + SUBSETS + SPLIT).split("\n").index("  - name: jason")
    request = found.request
    assert request is not None
    assert (request.authority, request.path) == ("reviews:9080", "/r/1?x=y")
    assert (request.headers.set["x-a"], request.headers.removed) == ("1", ("end-user",))
    assert found.response is not None
    assert found.response.headers.set == {"x-b": "2"}
    assert (found.timeout, found.listener) == ("1.5s", "0.0.0.0_9080")
    assert found.retries is not None
    assert (found.retries.attempts, found.retries.retry_on, found.retries.per_try_timeout) == (3, ("5xx",), "250ms")
    assert found.fault is not None
    assert found.fault.delay is not None
    assert (found.fault.delay.duration, found.fault.delay.share, found.fault.abort) == ("2s", 0.1, None)


def test_shares_come_with_the_largest_first_and_the_other_end_is_of_that() -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), "http://reviews:9080/reviews/1")
    assert [(each.subset, each.share) for each in found.clusters] == [("v1", 0.75), ("v2", 0.25)]
    callee = found.callee
    assert callee is not None
    assert (callee.workload, callee.proxy, callee.listener, callee.verdict) == (
        "reviews-v1",
        True,
        "virtualInbound",
        Verdict.FORWARD,
    )
    assert [each.name for each in callee.clusters] == ["inbound|9080||"]


def test_where_the_rule_hashes_the_place_that_this_very_request_goes_to_comes_first() -> None:
    policy = "trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}"
    hashed = SUBSETS.replace("  subsets:", f"  {policy}\n  subsets:")
    mesh = scenario(MESH + hashed + SPLIT)
    found = ask(mesh, "http://reviews:9080/reviews/1", headers={"x-user": "user-2"})
    assert [(each.subset, each.share) for each in found.clusters] == [("v2", 0.25), ("v1", 0.75)]
    assert found.sticky is not None
    assert found.sticky.by == ("header x-user",)
    assert found.sticky.cluster == found.clusters[0].name
    assert found.callee is not None
    assert found.callee.workload == "reviews-v2"
    stranger = ask(mesh, "http://reviews:9080/reviews/1")
    assert [each.subset for each in stranger.clusters] == ["v1", "v2"]
    assert stranger.sticky is not None
    assert stranger.sticky.cluster is None


@pytest.mark.parametrize(
    ("path", "verdict", "status"),
    [
        ("/old", Verdict.REDIRECT, 308),
        ("/closed", Verdict.DIRECT_RESPONSE, 503),
        ("/broken", Verdict.DIRECT_RESPONSE, 418),
        ("/typo", Verdict.BLACK_HOLE, 503),
        ("/elsewhere", Verdict.NOT_FOUND, 404),
    ],
)
def test_the_proxy_answers_by_itself(path: str, verdict: Verdict, status: int) -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), f"http://reviews:9080{path}")
    assert (found.verdict, found.status) == (verdict, status)
    assert found.callee is None


def test_a_typo_in_a_subset_is_named_with_the_subsets_that_there_are() -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), "http://reviews:9080/typo")
    (text,) = steps(found, Topic.CLUSTER)
    assert "IST0101" in text
    assert "v1, v2" in text


def test_unknown_hosts_are_let_through_unless_the_mesh_says_otherwise() -> None:
    strict = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"
"""
    for url, strictly in (
        ("http://nobody:9080/", Verdict.BLOCKED),
        ("http://nobody:9999/", Verdict.BLACK_HOLE),
        ("tcp://192.0.2.7:5432", Verdict.BLACK_HOLE),
    ):
        assert ask(scenario(MESH), url).verdict is Verdict.PASSTHROUGH, url
        assert ask(scenario(MESH + strict), url).verdict is strictly, url


def test_bytes_go_to_the_service_behind_the_address() -> None:
    mesh = scenario(MESH)
    found = ask(mesh, "tcp://mysql:3306")
    assert [each.service for each in found.clusters] == ["mysql.default.svc.cluster.local"]
    assert found.request is None
    again = ask(mesh, f"tcp://{found.call.address}:3306")
    assert again.clusters == found.clusters
    assert again.steps[0].text == f"{found.call.address} is the address of Service default/mysql"


def test_tls_of_the_client_is_passed_through_unread() -> None:
    found = ask(scenario(MESH), "tls://example.com")
    assert (found.verdict, found.tls.client) == (Verdict.PASSTHROUGH, ClientTls.PASSED_THROUGH)


def test_tls_to_a_port_where_requests_are_read_is_passed_on() -> None:
    """The port's listener reads only what looks like HTTP; the rest goes where the client dialled."""
    found = ask(scenario(MESH), "https://reviews:9080/")
    assert (found.verdict, found.filter_chain) == (Verdict.PASSTHROUGH, "PassthroughFilterChain")


GATEWAY = """
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com]
"""
BEHIND = virtual_service(
    """
  - match: [{uri: {prefix: /reviews}}]
    route: [{destination: {host: reviews}}]
""",
    name="shop",
    hosts="[shop.example.com]",
    more="gateways: [shop]",
)


def test_a_gateway_listens_at_the_port_behind_its_service() -> None:
    mesh = scenario(MESH + GATEWAY + BEHIND, gateway=True)
    for name in ("gateway/istio-ingressgateway", "gateway/shop"):
        found = ask(mesh, "http://shop.example.com/reviews/1", name)
        assert (found.verdict, found.listener) == (Verdict.FORWARD, "0.0.0.0_8080"), name
        assert found.caller.proxy == "gateway"
    assert ask(mesh, "http://other.example.com/reviews/1", "gateway/shop").verdict is Verdict.NOT_FOUND
    assert ask(mesh, "http://shop.example.com:8081/", "gateway/shop").verdict is Verdict.NO_LISTENER


def test_a_gateway_that_nothing_runs_is_assumed() -> None:
    found = ask(scenario(MESH + GATEWAY + BEHIND), "http://shop.example.com/reviews/1", "gateway/shop")
    assert (found.verdict, found.caller.assumed) == (Verdict.FORWARD, True)


def test_without_a_proxy_no_rule_is_asked() -> None:
    declines = deployment("bare", extra="annotations: {sidecar.istio.io/inject: 'false'}")
    found = ask(scenario(MESH + SUBSETS + SPLIT + declines), "http://reviews:9080/closed", "bare")
    assert (found.verdict, found.caller.proxy, found.clusters) == (Verdict.PASSTHROUGH, "none", ())
    assert [each.workload for each in found.endpoints] == ["reviews-v1", "reviews-v2"]


def test_a_service_that_nothing_serves_gets_503() -> None:
    lonely = """
---
apiVersion: v1
kind: Service
metadata: {name: lonely}
spec: {selector: {app: lonely}, ports: [{name: http, port: 80}]}
"""
    found = ask(scenario(MESH + lonely), "http://lonely/")
    assert (found.verdict, found.status, found.endpoints) == (Verdict.FORWARD, 503, ())


def test_a_place_that_is_named_twice_is_shown_twice_only_if_requests_differ() -> None:
    targets = """
  - route:
    - {destination: {host: reviews}, weight: 1%s}
    - {destination: {host: reviews}, weight: 3}
"""
    same = ask(scenario(MESH + virtual_service(targets % "")), "http://reviews:9080/")
    assert [(each.share, each.request) for each in same.clusters] == [(1.0, None)]
    edited = ', headers: {request: {set: {x-a: "1"}}}'
    differing = ask(scenario(MESH + virtual_service(targets % edited)), "http://reviews:9080/")
    assert [(each.share, each.request.headers.set) for each in differing.clusters if each.request] == [
        (0.75, {}),
        (0.25, {"x-a": "1"}),
    ]
    assert len(differing.endpoints) == 2


def test_a_fault_for_all_grpc_calls() -> None:
    rule = virtual_service(
        """
  - fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}
    route: [{destination: {host: reviews}}]
"""
    )
    mesh = scenario(MESH + rule)
    grpc = ask(mesh, "grpc://reviews:9080/a.B/C", method="POST")
    assert (grpc.verdict, grpc.status, grpc.clusters) == (Verdict.DIRECT_RESPONSE, 200, ())
    assert grpc.fault is not None
    assert grpc.fault.abort is not None
    assert (grpc.fault.abort.status, grpc.fault.abort.grpc_status) == (None, 14)


def test_browsers_questions_are_answered_by_the_proxy() -> None:
    rule = virtual_service(
        """
  - corsPolicy: {allowOrigins: [{exact: "https://shop"}], allowMethods: [PUT]}
    route: [{destination: {host: reviews}}]
"""
    )
    headers = {"origin": "https://shop", "access-control-request-method": "PUT"}
    found = ask(scenario(MESH + rule), "http://reviews:9080/", method="OPTIONS", headers=headers)
    assert (found.verdict, found.status) == (Verdict.DIRECT_RESPONSE, 200)
    assert found.response is not None
    assert found.response.headers.set["access-control-allow-methods"] == "PUT"


def test_paths_are_read_as_the_proxy_reads_them() -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), "http://reviews:9080/x/../old")
    assert (found.verdict, found.location) == (Verdict.REDIRECT, "http://reviews:9080/new")
    assert "the path /x/../old is read as /old" in steps(found, Topic.REQUEST)


def test_endpoints_outside_of_the_mesh_have_their_locality_and_weight_in_brackets() -> None:
    entry = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api}
spec:
  hosts: [api.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: DNS
  endpoints: [{address: a.example.net, locality: us/east, weight: 3}, {address: b.example.net}]
"""
    (told,) = steps(ask(scenario(MESH + entry), "http://api.example.com/"), Topic.ENDPOINTS)
    assert "a.example.net:80 (in us/east, weight 3)" in told


def test_localities_that_get_requests_by_weight_are_told_with_their_shares() -> None:
    more = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api}
spec:
  hosts: [api.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 192.0.2.1, locality: us/east}, {address: 192.0.2.2, locality: eu/west}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: api}
spec:
  host: api.example.com
  trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: "*", to: {us/east: 30, eu/west: 70}}]}}}
"""
    (told,) = steps(ask(scenario(MESH + more), "http://api.example.com/"), Topic.ENDPOINTS)
    assert "192.0.2.1:80 (in us/east which gets 30%)" in told
    assert "192.0.2.2:80 (in eu/west which gets 70%)" in told


def test_one_route_that_does_not_match_is_not_counted() -> None:
    rule = virtual_service("  - {match: [{uri: {exact: /a}}], route: [{destination: {host: reviews}}]}\n")
    (told,) = steps(ask(scenario(MESH + rule), "http://reviews:9080/b"), Topic.ROUTE)
    assert told == "the one route of the host does not match: GET /b gets 404"
