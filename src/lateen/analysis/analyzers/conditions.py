"""Conditions in a status that say that something does not work.

IST0171 for a waypoint that a Service, ServiceEntry or WorkloadEntry asks for and does not get.
"""

from collections.abc import Iterator, Sequence

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NEGATIVE_CONDITION
from lateen.api.meta import Condition, Resource
from lateen.api.problem import Problem
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.api.workload_entry import WorkloadEntry

_WAYPOINT_BOUND = "istio.io/WaypointBound"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report negative conditions."""
    found: list[tuple[Resource, Sequence[Condition]]] = [
        (service, service.status.conditions) for service in config.of(Service)
    ]
    found += [(entry, entry.status.conditions) for entry in config.of(ServiceEntry) if entry.status]
    found += [(entry, entry.status.conditions) for entry in config.of(WorkloadEntry) if entry.status]
    for resource, conditions in found:
        for place, each in enumerate(conditions):
            if each.type == _WAYPOINT_BOUND and each.status == "False":
                facts = {"type": each.type, "reason": each.reason, "message": each.message}
                yield NEGATIVE_CONDITION.at(resource.ref, f"status.conditions[{place}]", **facts)
