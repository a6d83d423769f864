from lateen.api.problem import ResourceRef
from lateen.model.service import Endpoint, Locality
from lateen.resolve.endpoints import EndpointPlan, assignment_for, port_endpoints
from lateen.resolve.locality import Preference
from lateen.resolve.place import Place

REF = ResourceRef("DestinationRule", "default", "reviews")
WHOLE = EndpointPlan("whole", ())
V2 = EndpointPlan("v2", (("version", "v2"),), subset="v2", declared_by=REF)


def endpoint(address: str, version: str = "v1", **more: object) -> Endpoint:
    labels = {"app": "reviews", "version": version}
    return Endpoint(address, 9080, labels=labels, namespace="default", **more)  # type: ignore[arg-type]


def addresses(plan: EndpointPlan, *endpoints: Endpoint) -> list[str]:
    found = assignment_for(plan, endpoints, None)
    return [each.address for locality in found.localities for each in locality.endpoints]


def test_only_those_that_serve_are_sent() -> None:
    ready, unready = endpoint("10.0.0.1"), endpoint("10.0.0.2", ready=False)
    draining = endpoint("10.0.0.3", ready=False, draining=True)
    assert addresses(WHOLE, ready, unready, draining) == ["10.0.0.1"]
    assert assignment_for(WHOLE, [unready], None).localities == ()


def test_a_subset_has_the_endpoints_with_its_labels() -> None:
    assert addresses(V2, endpoint("10.0.0.1"), endpoint("10.0.0.2", "v2")) == ["10.0.0.2"]


def test_names_are_left_out_unless_they_are_looked_up() -> None:
    by_name = EndpointPlan("dns", (), by_name=True)
    listed = [endpoint("10.0.0.1"), endpoint("host1"), endpoint("fd00::1"), endpoint("unix:///a")]
    assert addresses(WHOLE, *listed) == ["10.0.0.1", "fd00::1", "unix:///a"]
    assert addresses(by_name, *listed)[1] == "host1"


def test_endpoints_are_grouped_by_locality_and_a_group_weighs_what_they_weigh() -> None:
    near, far = Locality("eu", "eu-1"), Locality("us", "us-1")
    found = assignment_for(
        WHOLE,
        [
            endpoint("10.0.0.1", locality=far),
            endpoint("10.0.0.2", locality=near),
            endpoint("10.0.0.3", locality=far, weight=4),
        ],
        None,
    )
    assert [(each.region, each.weight, each.priority) for each in found.localities] == [("eu", 1, 0), ("us", 5, 0)]


def test_a_locality_whose_endpoints_are_not_alike_is_split() -> None:
    plan = EndpointPlan("by labels", (), Preference(labels=("version",), near=False))
    here = Place(labels=(("version", "v2"),))
    listed = [endpoint("10.0.0.1", weight=3), endpoint("10.0.0.2", "v2"), endpoint("10.0.0.3")]
    found = assignment_for(plan, listed, here)
    assert [(each.priority, each.weight, len(each.endpoints)) for each in found.localities] == [(0, 1, 1), (1, 4, 2)]


def test_an_endpoint_says_which_workload_it_is() -> None:
    found = assignment_for(WHOLE, [endpoint("10.0.0.1", workload="reviews-v1", pod="reviews-v1-abc-1")], None)
    (each,) = found.localities[0].endpoints
    assert (each.workload, each.pod) == ("reviews-v1;default;reviews;v1;Kubernetes", "reviews-v1-abc-1")


def test_an_empty_subset_is_remarked_on_while_the_service_has_endpoints() -> None:
    found = port_endpoints((WHOLE, V2), [endpoint("10.0.0.1")], None)
    (problem,) = found.problems
    assert problem.resource == REF
    assert "version=v2" in problem.message
    assert not port_endpoints((WHOLE, V2), [endpoint("10.0.0.1", ready=False)], None).problems
    assert not port_endpoints((WHOLE, V2), [endpoint("10.0.0.1", "v2")], None).problems
