"""`apply --wait`, and what `lateen traffic` says about agreement."""

import re

import pytest
from tests.support.real_mesh import RealMesh

pytestmark = pytest.mark.root

REACHED = re.compile(r"reached (\d+) prox(?:y|ies), acknowledged by (\d+) after (\d+) ms")
STRANGER = """\
apiVersion: v1
kind: Pod
metadata: {name: stranger, labels: {sidecar.istio.io/inject: "false"}}
spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: curlimages/curl, command: [sleep, infinity]}]}
"""
HALF_LIE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match: [{headers: {end-user: {exact: jason}}}]
    route: [{destination: {host: reviews, subset: v2}}]
  - route:
    - {destination: {host: reviews, subset: v2}, weight: 50}
    - {destination: {host: reviews, subset: v3}, weight: 50}
"""


def test_apply_waits_and_says_how_far_it_came(bookinfo: RealMesh) -> None:
    output = bookinfo.apply_file("destination-rule-reviews.yaml", "--wait")
    found = REACHED.search(output)
    assert found is not None, output
    reached, acknowledged, milliseconds = map(int, found.groups())
    assert (reached, acknowledged) == (7, 7)
    assert milliseconds < 2000
    status = bookinfo.run("proxy-status")
    assert status.count("CDS: SYNCED, EDS: SYNCED, LDS: SYNCED, RDS: SYNCED") >= 6
    untold = bookinfo.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: none}\n", "--wait")
    assert not REACHED.search(untold)


def test_traffic_agrees_with_the_rules(open_bookinfo: RealMesh) -> None:
    open_bookinfo.apply_file("destination-rule-reviews.yaml")
    open_bookinfo.apply_file("virtual-service-reviews-v2-v3.yaml", "--wait")
    url = "http://reviews:9080/reviews/1"
    inside = open_bookinfo.run("traffic", url, "--from", "deploy/productpage-v1", "-n", "300")
    assert "300 × 200" in inside
    assert rows(inside).keys() == {"v2", "v3"}
    assert all(row[-1] == "50%" for row in rows(inside).values())
    assert sum(int(row[0]) for row in rows(inside).values()) == 300
    assert "agrees with VirtualService default/reviews" in inside
    page, hop = f"{open_bookinfo.url}/productpage", f"deploy/productpage-v1={url}"
    outside = open_bookinfo.run("traffic", page, "-n", "200", "--by", "regex:reviews-(v[0-9])", "--hop", hop)
    assert rows(outside).keys() == {"v2", "v3"}
    assert "agrees with VirtualService default/reviews" in outside


def test_traffic_disagrees_when_requests_go_another_way_than_the_rules_say(open_bookinfo: RealMesh) -> None:
    """The page has a user of its own, so what its pod is told of other calls is not what happens to these."""
    open_bookinfo.apply_file("destination-rule-reviews.yaml")
    open_bookinfo.apply(HALF_LIE, "--wait")
    page, hop = f"{open_bookinfo.url}/productpage", "deploy/productpage-v1=http://reviews:9080/reviews/1"
    words = ("traffic", page, "-n", "50", "--by", "regex:reviews-(v[0-9])", "--hop", hop)
    assert "agrees with" in open_bookinfo.run(*words)
    ran = open_bookinfo.attempt(*words, "-H", "Cookie: session=jason")
    assert ran.code == 1
    assert "DISAGREES with VirtualService default/reviews" in ran.out
    assert "<- more than chance" in ran.out


def test_traffic_knows_nothing_of_pods_without_a_proxy(bookinfo: RealMesh) -> None:
    bookinfo.apply(STRANGER)
    bookinfo.run("wait", "pod/stranger", "--for", "condition=Ready", "--timeout", "10")
    words = ("traffic", "http://reviews:9080/reviews/1", "-n", "30", "--from", "stranger")
    output = bookinfo.run(*words, "--by", "regex:reviews-(v[0-9])")
    assert "30 × 200" in output
    assert "not compared: no proxy of the mesh decides where these requests go" in output
    bookinfo.run("delete", "pod", "stranger")


def rows(output: str) -> dict[str, list[str]]:
    lines = output.split("\n\n")[1].splitlines()[1:]
    return {words[0]: words[1:] for line in lines if len(words := line.split()) > 3}
