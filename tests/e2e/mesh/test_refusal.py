"""A rule that validation takes and Envoy refuses."""

import json

import pytest
from tests.support.load import steady_load
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

RULE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: NAME}
spec:
  hosts: [NAME]
  http:
  - match: [{uri: {regex: 'REGEX'}}]
    route: [{destination: {host: NAME}}]
    headers: {response: {set: {rule: one}}}
  - route: [{destination: {host: NAME}}]
    headers: {response: {set: {rule: other}}}
"""
TOO_LARGE = "((a{100}){100}){100}"
"""RE2 refuses to compile it."""


def rule(name: str, regex: str) -> str:
    return RULE.replace("NAME", name).replace("REGEX", regex)


def rule_in_force(mesh: RealMesh, url: str) -> str:
    """The header that the rule for a service sets in answers."""
    words = ("curl", "-s", "-o", "/dev/null", "-w", "%header{rule}", url)
    return mesh.run("exec", "deploy/productpage-v1", "--", *words)


def test_a_refused_rule_is_shown_everywhere_and_holds_up_nothing_else(open_bookinfo: RealMesh) -> None:
    mesh, ratings = open_bookinfo, "http://ratings:9080/ratings/1"
    mesh.apply(rule("ratings", "/ratings/[0-9]"), "--wait")
    assert rule_in_force(mesh, ratings) == "one"
    with steady_load(f"{mesh.url}/productpage", r"reviews-v\d-\w+-\w+", 50) as load:
        load.phase("refused")
        ran = mesh.attempt("apply", "-f", "-", "--wait", stdin=rule("ratings", TOO_LARGE))
        assert ran.code == 1
        assert "refused it: invalid repetition size" in ran.err
        assert "warning: virtualservice.networking.istio.io/ratings: RejectedByProxy: Envoy refused RDS" in ran.err
        until(lambda: mesh.accepted("virtualservice", "ratings") == ("False", "RejectedByProxy"), "the status says so")
        assert "Envoy refused RDS resource 9080: invalid repetition size" in mesh.run("describe", "vs", "ratings")
        status = mesh.attempt("proxy-status")
        assert status.code == 1
        assert "RDS: ERROR" in status.out
        assert "left out until it is changed: VirtualService default/ratings" in status.err
        logged = [line for line in mesh.log("controlplane").splitlines() if "proxy refused configuration" in line]
        assert "VirtualService default/ratings" in logged[-1]
        assert rule_in_force(mesh, ratings) == "one"

        load.phase("others go on")
        output = mesh.apply(rule("details", "/details/[0-9]"), "--wait")
        assert "acknowledged by 6" in output
        until(lambda: mesh.accepted("virtualservice", "details") == ("True", "Accepted"), "the good one is in force")
        assert rule_in_force(mesh, "http://details:9080/details/1") == "one"
        mesh.run("rollout", "restart", "deploy/productpage-v1")
        mesh.wait_ready("deploy/productpage-v1")
        until(lambda: rule_in_force(mesh, ratings) == "one", "new pods have the version before")

        load.phase("a restart")
        mesh.kill_and_wait("controlplane")
        until(lambda: mesh.attempt("get", "pods").code == 0, "the API answers")
        until(lambda: mesh.accepted("virtualservice", "ratings") == ("False", "RejectedByProxy"), "the status stays")
        assert rule_in_force(mesh, ratings) == "one"

        load.phase("mended")
        mesh.apply(rule("ratings", "/nowhere"), "--wait")
        until(lambda: mesh.accepted("virtualservice", "ratings") == ("True", "Accepted"), "the status is clear")
        assert rule_in_force(mesh, ratings) == "other"
        assert mesh.attempt("proxy-status").code == 0
        synced = json.loads(mesh.run("proxy-status", "-o", "json"))
        assert {each["types"]["RDS"]["status"] for each in synced} == {"SYNCED"}


def test_of_two_bad_rules_and_a_good_one_in_one_push_the_bad_ones_are_left_out(open_bookinfo: RealMesh) -> None:
    mesh, names = open_bookinfo, ("details", "ratings", "reviews")
    good, bad = rule("ratings", "/ratings/[0-9]"), [rule(name, TOO_LARGE) for name in ("details", "reviews")]
    ran = mesh.attempt("apply", "-f", "-", stdin="---\n".join([bad[0], good, bad[1]]))
    assert "networking.istio.io/ratings: RejectedByProxy" not in ran.err
    refused, taken = ("False", "RejectedByProxy"), ("True", "Accepted")
    expected = [refused, taken, refused]
    until(lambda: [mesh.accepted("virtualservice", name) for name in names] == expected, "the statuses say which")
    assert rule_in_force(mesh, "http://ratings:9080/ratings/1") == "one"
    assert rule_in_force(mesh, "http://details:9080/details/1") == ""
    mesh.apply("---\n".join(rule(name, "/nowhere") for name in names), "--wait")
    until(lambda: [mesh.accepted("virtualservice", name) for name in names] == [taken] * 3, "mended")
    assert rule_in_force(mesh, "http://details:9080/details/1") == "other"
