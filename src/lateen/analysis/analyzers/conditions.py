"""Conditions in a status that say that something does not work.

IST0171 for a waypoint that a Service, ServiceEntry or WorkloadEntry asks for and does not get, for an
AuthorizationPolicy that was not taken, and for a gateway or route of the Gateway API that does not work.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NEGATIVE_CONDITION
from lateen.api.authorization_policy import AuthorizationPolicy
from lateen.api.gateway_api import KubernetesGateway, Route
from lateen.api.meta import Condition, Resource
from lateen.api.problem import Problem
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.api.workload_entry import WorkloadEntry

_WAYPOINT: Final = frozenset({"istio.io/WaypointBound"})
_POLICY: Final = frozenset({"ZtunnelAccepted", "WaypointAccepted"})
_GATEWAY: Final = frozenset({"Accepted", "Programmed", "ResolvedRefs"})
_ASKED: Final[Mapping[type[Resource], frozenset[str]]] = {
    Service: _WAYPOINT,
    ServiceEntry: _WAYPOINT,
    WorkloadEntry: _WAYPOINT,
    AuthorizationPolicy: _POLICY,
    KubernetesGateway: _GATEWAY,
    Route: _GATEWAY,
}
"""The types of condition that must not be false, by kind."""


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report negative conditions."""
    for kind, types in _ASKED.items():
        for resource in config.of(kind):
            for path, each in _conditions(resource):
                if each.type in types and (each.status == "False" or _is_half_taken(each)):
                    facts = {"type": each.type, "reason": each.reason, "message": each.message}
                    yield NEGATIVE_CONDITION.at(resource.ref, path, **facts)


def _is_half_taken(condition: Condition) -> bool:
    return condition.type == "WaypointAccepted" and condition.reason == "PartiallyInvalid"


def _conditions(resource: Resource) -> Iterator[tuple[str, Condition]]:
    """Conditions and their paths."""
    if isinstance(resource, Route):
        for place, parent in enumerate(resource.status.parents):
            yield from _listed(f"status.parents[{place}]", parent.conditions)
    elif isinstance(resource, Service | ServiceEntry | WorkloadEntry | AuthorizationPolicy | KubernetesGateway):
        yield from _listed("status", resource.status.conditions if resource.status else ())


def _listed(path: str, conditions: Sequence[Condition]) -> Iterator[tuple[str, Condition]]:
    return ((f"{path}.conditions[{place}]", each) for place, each in enumerate(conditions))
