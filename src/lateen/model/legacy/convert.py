"""Legacy resources into today's, with what they meant in Istio 0.5."""

from collections.abc import Iterable
from typing import TypeVar

from lateen.api.destination_policy import DestinationPolicy
from lateen.api.egress_rule import EgressRule
from lateen.api.ingress import Ingress
from lateen.api.ingress_class import IngressClass
from lateen.api.meta import Resource
from lateen.api.problem import Problem
from lateen.api.route_rule import RouteRule
from lateen.api.service import Service as KubernetesService
from lateen.model.legacy.egress import egress_problems, service_entry
from lateen.model.legacy.ingress import gateway, ingress_problems, virtual_services
from lateen.model.legacy.ingress_class import served
from lateen.model.legacy.outcome import Converted, Services, age_of
from lateen.model.legacy.policy import destination_rules
from lateen.model.legacy.route import by_host, route_problems, virtual_service

R = TypeVar("R", bound=Resource)

LEGACY_KINDS: tuple[type[Resource], ...] = (RouteRule, DestinationPolicy, EgressRule, Ingress, IngressClass)


def convert(resources: Iterable[Resource], services: Services, cluster_domain: str = "cluster.local") -> Converted:
    """What legacy `resources` become; other kinds among them are left out.

    `services` tell the labels of a rule's clients and the numbers of named ports.
    """
    given = sorted(resources, key=age_of)
    egress = _of(given, EgressRule)
    ingresses, unserved = served(_of(given, Ingress), _of(given, IngressClass))
    hosts = by_host(_of(given, RouteRule), cluster_domain)
    ordered = [rule for group in hosts.values() for rule in group]
    destinations, problems = destination_rules(ordered, _of(given, DestinationPolicy), cluster_domain)
    for group in hosts.values():
        problems += route_problems(group, services, cluster_domain)
    problems += [*_problems(egress, ingresses, services), *unserved]
    entries = (service_entry(rule, cluster_domain) for rule in egress)
    return Converted(
        virtual_services=(
            *(virtual_service(host, group, services, cluster_domain) for host, group in hosts.items()),
            *virtual_services(ingresses, services, cluster_domain),
        ),
        destination_rules=tuple(destinations),
        service_entries=tuple(entry for entry in entries if entry is not None),
        gateways=tuple(map(gateway, ingresses)),
        problems=tuple(problems),
    )


def _of(resources: Iterable[Resource], kind: type[R]) -> list[R]:
    return [each for each in resources if isinstance(each, kind)]


def _problems(egress: Iterable[EgressRule], ingresses: Iterable[Ingress], services: Services) -> list[Problem]:
    found = [each for rule in egress for each in egress_problems(rule)]
    return found + [each for ingress in ingresses for each in ingress_problems(ingress, services)]


def by_name(services: Iterable[KubernetesService]) -> dict[tuple[str, str], KubernetesService]:
    """Services by namespace (the default one where none is said) and name."""
    return {(each.metadata.namespace or "default", each.metadata.name): each for each in services}
