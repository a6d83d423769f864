"""What waits for what, how long, and what is in force meanwhile."""

from collections.abc import Sequence
from math import inf

import pytest

from lateen.api.destination_rule import DestinationRule
from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import ResourceRef
from lateen.api.schema import decode
from lateen.api.virtual_service import VirtualService
from lateen.xds.subsets import named_by
from lateen.xds.transition import Transition


class Force:
    """Takes resources; shows what is in force."""

    def __init__(self) -> None:
        self.resources: dict[ResourceRef, Resource] = {}

    def put(self, resource: Resource) -> None:
        self.resources[resource.ref] = resource

    def remove(self, resource: Resource) -> None:
        del self.resources[resource.ref]

    def __str__(self) -> str:
        """`routes>v1 rules=v1,v2`, without what there is none of."""
        words = []
        for resource in sorted(self.resources.values(), key=lambda each: each.kind, reverse=True):
            if isinstance(resource, VirtualService):
                words.append("routes>" + ",".join(sorted({name for _, name in named_by(resource)})))
            elif isinstance(resource, DestinationRule):
                words.append("rules=" + ",".join(sorted(subset.name for subset in resource.spec.subsets)))
        return " ".join(words)


def _resource(kind: str, spec: JsonObject) -> Resource:
    made, problems = decode(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": kind,
            "metadata": {"name": "a", "namespace": "default"},
            "spec": spec,
        }
    )
    assert made is not None, problems
    return made


def routes(*subsets: str, mirror: str = "") -> Resource:
    targets = [{"destination": {"host": "a", "subset": name}, "weight": 1} for name in subsets]
    more = {"mirror": {"host": "a.default.svc.cluster.local", "subset": mirror}} if mirror else {}
    return _resource("VirtualService", {"hosts": ["a"], "http": [{"route": targets, **more}]})


def rules(*subsets: str, host: str = "a") -> Resource:
    return _resource("DestinationRule", {"host": host, "subsets": [{"name": name} for name in subsets]})


class World:
    def __init__(self, *begin: Resource) -> None:
        self.force = Force()
        self.transition = Transition(self.force, grace=3.0)
        self.at(0, *begin)

    def at(self, now: float, *changes: Resource) -> str:
        for resource in changes:
            self.transition.put(resource)
        self.transition.settle(now)
        return str(self.force)


OLD, NEW = (routes("v1", "v2"), rules("v1", "v2")), (routes("v1", "v3"), rules("v1", "v3"))


@pytest.mark.parametrize(
    ("changes", "between"),
    [
        (NEW, "routes>v1,v2 rules=v1,v2"),
        (NEW[::-1], "routes>v1,v2 rules=v1,v2,v3"),
    ],
    ids=["routes first", "rules first"],
)
def test_in_either_order_the_old_subsets_stay_until_the_new_ones_are_used(
    changes: Sequence[Resource], between: str
) -> None:
    world = World(*OLD)
    assert world.at(10, changes[0]) == between
    assert world.transition.due == 13
    assert world.at(11, changes[1]) == "routes>v1,v3 rules=v1,v3"
    assert world.transition.due == inf


def test_together_nothing_waits() -> None:
    world = World(*OLD)
    assert world.at(10, *NEW) == "routes>v1,v3 rules=v1,v3"


def test_new_routes_wait_for_their_subsets_and_old_ones_outlive_them() -> None:
    world = World()
    assert world.at(1, routes("v1")) == ""
    assert world.transition.waiting == {routes("v1").ref}
    assert world.at(2, rules("v1")) == "routes>v1 rules=v1"
    world.transition.remove(rules("v1"))
    assert world.at(3) == "routes>v1 rules=v1"
    world.transition.remove(routes("v1"))
    assert world.at(4) == ""


@pytest.mark.parametrize(
    ("change", "after"),
    [(routes("v1", "v9"), "routes>v1,v9 rules=v1,v2"), (rules("v1"), "routes>v1,v2 rules=v1")],
    ids=["routes", "rules"],
)
def test_a_mistake_is_in_force_in_the_end_whatever_is_written_again(change: Resource, after: str) -> None:
    world = World(*OLD)
    world.at(10, change)
    assert world.at(12.9, change) != after
    assert world.at(13, change) == after
    assert world.transition.due == inf
    assert world.at(14, change) == after


def test_nothing_waits_at_the_start_nor_for_what_was_missing_before() -> None:
    world = World(routes("v1"))
    assert world.at(1) == "routes>v1"
    assert world.at(2, routes("v1", mirror="v1")) == "routes>v1"
    assert world.transition.due == inf


def test_a_removed_rule_that_nobody_needs_is_gone_at_once() -> None:
    world = World(routes("v1"), rules("v1"), _resource("DestinationRule", {"host": "b"}))
    world.transition.remove(_resource("DestinationRule", {"host": "b"}))
    assert world.at(1) == "routes>v1"


def test_mirrors_and_patterns_count() -> None:
    world = World(routes("v1", mirror="v2"), rules("v1", "v2", host="*.local"))
    assert world.at(1, rules("v1", host="*.local")) == "routes>v1,v2 rules=v1,v2"
    assert world.at(2, routes("v1", mirror="v1")) == "routes>v1 rules=v1"


def test_another_host_keeps_the_rule_as_it_was() -> None:
    world = World(*OLD)
    assert world.at(1, rules("v1", host="b")) == "routes>v1,v2 rules=v1,v2"
    assert world.at(4) == "routes>v1,v2 rules=v1"


def test_other_kinds_pass() -> None:
    world = World()
    gateway = _resource("Gateway", {"servers": []})
    world.transition.put(gateway)
    assert world.force.resources == {gateway.ref: gateway}
    world.transition.remove(gateway)
    assert world.force.resources == {}
