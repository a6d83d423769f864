"""Legacy resources next to today's, in one mesh."""

from tests.support.resources import REVIEWS, resources, snapshot

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.model.build import SnapshotBuilder
from lateen.model.legacy.blame import blamed

RULE = """
---
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: old}
spec:
  destination: {name: reviews}
  route: [{labels: {version: v2}}]
"""
POLICY = """
---
apiVersion: config.istio.io/v1alpha2
kind: DestinationPolicy
metadata: {name: old}
spec: {destination: {name: reviews}, loadBalancing: {name: RANDOM}}
"""
TODAY = """
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: elsewhere}
spec:
  host: reviews.default.svc.cluster.local
  exportTo: ["."]
  subsets: [{name: v1, labels: {version: v1}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews.default.svc.cluster.local]
  exportTo: [EXPORT]
  http: [{route: [{destination: {host: reviews}}]}]
"""
OLD = ResourceRef("RouteRule", "default", "old")


def test_a_rule_of_today_for_the_whole_mesh_decides() -> None:
    mesh = snapshot(REVIEWS + RULE + TODAY.replace("EXPORT", '"*"'))
    assert [rule.metadata.name for rule in mesh.virtual_services] == ["reviews"]
    assert [(problem.resource, problem.code) for problem in mesh.problems] == [(OLD, "Superseded")]


def test_a_rule_of_today_that_others_do_not_see_leaves_them_the_old_one() -> None:
    mesh = snapshot(REVIEWS + RULE + TODAY.replace("EXPORT", "elsewhere"))
    assert [rule.metadata.name for rule in mesh.virtual_services] == ["reviews", "reviews-legacy"]
    assert mesh.legacy[mesh.virtual_services[-1].ref] == (OLD,)


def test_the_versions_of_an_old_rule_are_added_to_todays_destination_rule() -> None:
    mesh = snapshot(REVIEWS + RULE + POLICY + TODAY.replace("EXPORT", '"*"'))
    own, added, whole = mesh.destination_rules
    assert (own.metadata.namespace, added.metadata.namespace) == ("elsewhere", "elsewhere")
    assert (added.spec.export_to, added.spec.traffic_policy) == ((".",), None)
    assert [subset.name for subset in added.spec.subsets] == ["version-v2"]
    assert whole.metadata.namespace == "default"
    assert whole.spec.traffic_policy is not None
    superseded = [problem.resource for problem in mesh.problems if problem.code == "Superseded"]
    assert ResourceRef("DestinationPolicy", "default", "old") in superseded


def test_an_unrelated_change_leaves_converted_rules_the_same_objects() -> None:
    builder = SnapshotBuilder()
    for resource in resources(REVIEWS + RULE + POLICY):
        builder.put(resource)
    before = builder.build(1)
    builder.put(resources(RULE.replace("name: old", "name: other").replace("reviews", "ratings"))[0])
    after = builder.build(2)
    assert len(after.virtual_services) == len(before.virtual_services) + 1
    assert all(any(old is new for new in after.virtual_services) for old in before.virtual_services)
    assert all(any(old is new for new in after.destination_rules) for old in before.destination_rules)


def test_findings_are_about_the_rule_that_the_route_comes_from() -> None:
    converted = ResourceRef("VirtualService", "default", "reviews")
    rules = (ResourceRef("RouteRule", "default", "a"), ResourceRef("RouteRule", "default", "b"))
    found = [
        Problem(converted, path, "X", Severity.WARNING, "m")
        for path in ("spec.http[1].route[0].destination", "spec.http[2].route[0]", "spec.hosts")
    ]
    told = list(blamed(found, {converted: rules}))
    assert [(each.resource.name if each.resource else "", each.path) for each in told] == [
        ("b", "spec.route[0]"),
        *[("a", "spec"), ("b", "spec")] * 2,
    ]
    assert list(blamed(found, {})) == found
