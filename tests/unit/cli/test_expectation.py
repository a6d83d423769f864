"""Shares, from what becomes of a call."""

import pytest
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from google.protobuf import json_format

from lateen.cli.expectation import BALANCER_TOLERANCE, Expectation, OwnAnswer, Workloads, expectation_of, resource_title
from lateen.simulation.call import Call
from lateen.simulation.outcome import SOURCE_ADDRESS, Faults, Kind, Outcome, Sticky, Target
from lateen.translate.resources import Resources

CALL = Call(address="10.96.0.1", port=80)
V1, V2 = "outbound|80|v1|a.default.svc", "outbound|80|v2|a.default.svc"
RULE = "/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews"


def workloads(**versions: str) -> Workloads:
    """Pods by the last part of their address: `_1="v1"` is the pod a_1 with version v1 at 10.0.0.1."""
    return Workloads(
        {
            f"10.0.0.{key[1:]}": {
                "metadata": {
                    "name": f"a{key}",
                    "labels": {"version": version} if version else {},
                    "ownerReferences": [{"name": f"a-{version}"}],
                }
            }
            for key, version in versions.items()
        }
    )


PODS = workloads(_1="v1", _2="v1", _3="v2")


def target(cluster: str, share: float, *hosts: int) -> Target:
    return Target(cluster=cluster, share=share, endpoints=tuple(f"10.0.0.{host}:80" for host in hosts))


def forwarded(*targets: Target, **more: object) -> Outcome:
    return Outcome(kind=Kind.FORWARDED, route_config="80", targets=targets, config=RULE, **more)  # type: ignore[arg-type]


def expected(outcome: Outcome, resources: Resources | None = None) -> Expectation:
    return expectation_of(outcome, resources or Resources({}, {}, {}, {}), CALL)


def test_each_clusters_share_is_spread_evenly_over_its_endpoints() -> None:
    found = expected(forwarded(target(V1, 0.8, 1, 2), target(V2, 0.2, 3)))
    by_version, by_pod = found.shares(PODS.version), found.shares(PODS.name)
    assert by_version.by_group == {"v1": 0.8, "v2": 0.2}
    # Every cluster holds one version: what the load balancer does makes no difference.
    assert by_version.tolerance == 0
    assert by_pod.by_group == {"a_1": 0.4, "a_2": 0.4, "a_3": 0.2}
    assert by_pod.tolerance == BALANCER_TOLERANCE
    assert found.shares(PODS.deployment).by_group == {"a-v1": 0.8, "a-v2": 0.2}
    assert (found.config, set(found.clusters)) == (RULE, {V1, V2})


def test_endpoints_that_are_no_pods_and_pods_without_version_have_names() -> None:
    found = expected(forwarded(target(V1, 1.0, 4, 9)))
    assert found.shares(workloads(_4="").version).by_group == {"a_4": 0.5, "10.0.0.9:80": 0.5}
    outside = Target(cluster="PassthroughCluster", endpoints=("240.0.0.1:80",))
    assert expected(forwarded(outside)).shares(PODS.version).by_group == {"outside the mesh": 1.0}


@pytest.mark.parametrize(
    ("outcome", "label", "share"),
    [
        (Outcome(kind=Kind.NOT_FOUND, status=404), "404 by the proxy (no route)", 1.0),
        (Outcome(kind=Kind.ANSWERED, status=418), "418 by the proxy (a direct response)", 1.0),
        (Outcome(kind=Kind.REDIRECTED, status=301, location="http://b/"), "301 by the proxy (to http://b/)", 1.0),
        (Outcome(kind=Kind.REFUSED, trail=("closed",)), "no answer by the proxy (closed)", 1.0),
        (
            forwarded(target(V1, 0.7, 1), target(V2, 0.3)),
            "503 by the proxy (no ready endpoint of a.default.svc:80 v2)",
            0.3,
        ),
        (
            Outcome(kind=Kind.FORWARDED, targets=(target(V1, 1.0),)),
            "no answer by the proxy (no ready endpoint of a.default.svc:80 v1)",
            1.0,
        ),
        (
            forwarded(target(V1, 1.0, 1), faults=Faults(abort_status=500, abort_share=0.25)),
            "500 by the proxy (a fault put in on purpose)",
            0.25,
        ),
    ],
)
def test_what_the_proxy_answers_itself_is_a_group(outcome: Outcome, label: str, share: float) -> None:
    shares = expected(outcome).shares(PODS.version).by_group
    assert shares[label] == share
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_hash_sends_requests_that_are_alike_all_one_way() -> None:
    split = (target(V1, 0.8, 1, 2), target(V2, 0.2, 3))
    known = expected(forwarded(*split, sticky=Sticky(by=("header x-user",), cluster=V2)))
    assert known.shares(PODS.version).by_group == {"v1": 0, "v2": 1}
    chance = expected(forwarded(*split, sticky=Sticky(by=("header x-user",))))
    assert (chance.shares(PODS.version).by_group, chance.doubt) == ({"v1": 0.8, "v2": 0.2}, "")
    unknown = expected(forwarded(*split, sticky=Sticky(by=(SOURCE_ADDRESS,))))
    assert "address" in unknown.shares(PODS.version).doubt


def test_a_delay_changes_no_share() -> None:
    found = expected(forwarded(target(V1, 1.0, 1), faults=Faults(delay_ms=5, delay_share=1.0)))
    assert found.own == ()


def cluster(name: str, policy: str) -> Resources:
    return Resources(
        {}, {name: json_format.ParseDict({"name": name, "type": "EDS", "lb_policy": policy}, Cluster())}, {}, {}
    )


def test_with_consistent_hashing_shares_of_pods_are_unknown_and_those_of_versions_are_not() -> None:
    found = expected(forwarded(target(V1, 1.0, 1, 2)), cluster(V1, "RING_HASH"))
    assert found.shares(PODS.version).doubt == ""
    assert found.shares(PODS.name).doubt == "consistent hashing sends equal requests to one pod"
    assert expected(forwarded(target(V1, 1.0, 1, 2)), cluster(V1, "RANDOM")).shares(PODS.name).doubt == ""


def assignment(name: str, **weights: int) -> ClusterLoadAssignment:
    """The endpoints of a cluster, by the last part of their address."""
    endpoints = [
        {
            "endpoint": {"address": {"socket_address": {"address": f"10.0.0.{host[1:]}", "port_value": 80}}},
            "load_balancing_weight": weight,
        }
        for host, weight in weights.items()
    ]
    body = {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]}
    return json_format.ParseDict(body, ClusterLoadAssignment())


def test_endpoints_with_weights_have_unknown_shares() -> None:
    resources = cluster(V1, "ROUND_ROBIN")
    resources.endpoints[V1] = assignment(V1, _1=1, _2=9)  # type: ignore[index]
    found = expected(forwarded(target(V1, 1.0, 1, 2)), resources)
    assert found.shares(PODS.name).doubt == "the endpoints have weights of their own"


def test_localities_with_weights_get_their_shares() -> None:
    resources = cluster(V1, "LEAST_REQUEST")
    resources.clusters[V1].common_lb_config.locality_weighted_lb_config.SetInParent()
    resources.endpoints[V1] = found = assignment(V1, _1=1, _2=1)  # type: ignore[index]
    found.MergeFrom(assignment(V1, _3=2))
    for locality, region, weight in zip(found.endpoints, ("near", "far"), (30, 70), strict=True):
        locality.locality.region = region
        locality.load_balancing_weight.value = weight
    shares = expected(forwarded(target(V1, 1.0, 1, 2, 3)), resources).shares(PODS.name)
    assert shares.by_group == pytest.approx({"a_1": 0.15, "a_2": 0.15, "a_3": 0.7})
    assert shares.doubt == ""


def test_the_other_endpoints_of_a_service_are_to_get_nothing() -> None:
    names = [V2, "outbound|80||a.default.svc", "outbound|81||a.default.svc", "outbound|80||b.default.svc"]
    resources = Resources(
        listeners={},
        clusters={name: json_format.ParseDict({"name": name, "type": "EDS"}, Cluster()) for name in (V1, *names)},
        routes={},
        endpoints={name: assignment(name, **{f"_{host}": 1}) for host, name in enumerate(names, 3)},
    )
    found = expected(forwarded(target(V1, 1.0, 1, 2)), resources)
    assert found.unasked == ("10.0.0.3:80", "10.0.0.4:80")
    assert found.groups(PODS.version) == {"v1", "v2", "10.0.0.4:80"}


def test_copies_are_no_requests() -> None:
    apart = expected(forwarded(target(V1, 1.0, 1), mirrors=((V2, 1.0),)))
    assert apart.clusters == {V1}
    assert apart.shares(PODS.version).doubt == ""
    mixed = expected(forwarded(target(V1, 0.5, 1), target(V2, 0.5, 3), mirrors=((V2, 0.1),)))
    assert mixed.shares(PODS.version).doubt == "a.default.svc:80 v2 also gets copies, which count like requests"


def test_a_resource_is_named_by_kind_namespace_and_name() -> None:
    assert resource_title(RULE) == "VirtualService default/reviews"
    assert resource_title("") == ""
    assert OwnAnswer(503, 1.0, "x").label == "503 by the proxy (x)"
