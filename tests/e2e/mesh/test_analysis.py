"""What is wrong with rules of a running mesh: in their status, in `describe`, in `analyze`; and when it is mended."""

import json
from pathlib import Path

import pytest
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

RULE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews, subset: v9}
"""
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v9, labels: {version: VERSION}}]
"""
FOREIGN = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody}
spec: {selector: {matchLabels: {app: nobody}}}
"""
MISSING = 'Referenced host+subset in destinationrule not found: "reviews+v9"'
WHERE = "spec.http[0].route[0].destination.subset"


def test_a_finding_comes_with_the_rule_and_goes_with_the_mistake(bookinfo: RealMesh, tmp_path: Path) -> None:
    mesh = bookinfo
    rule, subsets = tmp_path / "rule.yaml", tmp_path / "subsets.yaml"
    rule.write_text(RULE)
    subsets.write_text(SUBSETS.replace("VERSION", "v3"))

    before = mesh.attempt("analyze", "-f", str(rule))
    line = f"Error [IST0101] (VirtualService default/reviews {rule}:8) {MISSING} (declare it in a DestinationRule for"
    assert (before.code, before.out.startswith(line)) == (1, True)
    assert mesh.attempt("analyze").code == 0

    applied = mesh.attempt("apply", "-f", str(rule))
    assert f"IST0101: {WHERE}: {MISSING}" in applied.err
    until(lambda: mesh.accepted("virtualservice", "reviews") == ("False", "IST0101"), "the status has the finding")
    assert f"error [IST0101] {WHERE}: {MISSING}" in mesh.run("describe", "vs", "reviews")
    found = mesh.attempt("analyze", "-o", "json")
    [finding] = json.loads(found.out)
    assert (found.code, finding["origin"], finding["path"]) == (1, "VirtualService default/reviews", WHERE)
    for quiet in (("--suppress", "IST0101=VirtualService default/rev*"), ("-n", "istio-system")):
        assert mesh.attempt("analyze", *quiet).code == 0

    assert mesh.attempt("analyze", "-f", str(subsets)).code == 0
    mesh.run("apply", "-f", str(subsets))
    until(lambda: mesh.accepted("virtualservice", "reviews") == ("True", "Accepted"), "the finding is gone")
    assert mesh.attempt("analyze").code == 0
    assert "[IST0101]" not in mesh.run("describe", "vs", "reviews")


def test_a_subset_that_no_pod_has_is_a_finding_until_one_has(bookinfo: RealMesh) -> None:
    mesh = bookinfo
    mesh.apply(SUBSETS.replace("VERSION", "v4"))
    until(lambda: mesh.accepted("destinationrule", "reviews") == ("False", "IST0173"), "the subset selects nothing")
    mesh.apply(SUBSETS.replace("VERSION", "v2"))
    until(lambda: mesh.accepted("destinationrule", "reviews") == ("True", "Accepted"), "the subset selects a pod")


def test_documents_without_effect_are_warned_of_and_the_others_applied(bookinfo: RealMesh) -> None:
    mesh = bookinfo
    together = mesh.attempt("apply", "-f", "-", stdin=f"{FOREIGN}---\n{SUBSETS.replace('VERSION', 'v1')}")
    assert together.code == 0
    assert "AuthorizationPolicy nobody: kind: this version of Lateen does not have the kind" in together.err
    assert "destinationrule.networking.istio.io/reviews created" in together.out
    found = mesh.attempt("analyze", "-f", "-", "--failure-threshold", "Warning", stdin=FOREIGN)
    assert found.code == 1
    assert [line.split("]")[0] for line in found.out.splitlines()] == ["Warning [IST0127", "Warning [IST0133"]
    alone = mesh.attempt("apply", "-f", "-", stdin=FOREIGN)
    assert (alone.code, alone.err.splitlines()[-1]) == (1, "nothing was applied: no document in - has an effect")
    gone = mesh.attempt("delete", "-f", "-", stdin=FOREIGN)
    assert (gone.code, gone.err) == (1, "nothing was deleted: no document in - has an effect in this version\n")
