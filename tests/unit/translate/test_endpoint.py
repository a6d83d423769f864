"""Endpoints."""

from lateen.ir.endpoint import Endpoint, Health, LoadAssignment, LocalityEndpoints
from lateen.translate.endpoint import translate_load_assignment


def test_a_locality_weighs_as_much_as_its_endpoints_unless_it_says_otherwise() -> None:
    two = (Endpoint(address="10.0.0.1", port=80, weight=3), Endpoint(address="10.0.0.2", port=80))
    assignment = translate_load_assignment(
        LoadAssignment(
            cluster="a",
            localities=(
                LocalityEndpoints(region="r", zone="z", subzone="s", endpoints=two),
                LocalityEndpoints(priority=1, weight=7, endpoints=two),
                LocalityEndpoints(priority=2),
            ),
        )
    )
    assert [one.load_balancing_weight.value for one in assignment.endpoints] == [4, 7, 0]
    assert [one.priority for one in assignment.endpoints] == [0, 1, 2]
    assert assignment.endpoints[0].locality.sub_zone == "s"
    assert [one.load_balancing_weight.value for one in assignment.endpoints[0].lb_endpoints] == [3, 1]


def test_health() -> None:
    endpoints = tuple(Endpoint(address="10.0.0.1", port=80, health=health) for health in Health)
    (locality,) = translate_load_assignment(
        LoadAssignment(cluster="a", localities=(LocalityEndpoints(endpoints=endpoints),))
    ).endpoints
    assert [one.health_status for one in locality.lb_endpoints] == [1, 2, 3]
