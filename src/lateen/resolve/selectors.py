"""Which services select a workload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lateen.model.selection import selects
from lateen.model.service import Service


@dataclass(frozen=True, slots=True, eq=False)
class ServiceSelectors:
    """Services by namespace and the first pair of their selector, so that finding a workload's is not a search."""

    by_pair: Mapping[tuple[str, str, str], tuple[Service, ...]]

    def selecting(self, namespace: str, labels: Mapping[str, str]) -> tuple[Service, ...]:
        """The services of `namespace` that select `labels`, Kubernetes services first, then the oldest."""
        found = [
            service
            for key, value in labels.items()
            for service in self.by_pair.get((namespace, key, value), ())
            if selects(service.selector, labels)
        ]
        return tuple(sorted(found, key=_age)) if len(found) > 1 else tuple(found)


def _age(service: Service) -> tuple[bool, str, str]:
    return not service.is_kubernetes, service.created, service.hostname


def index_selectors(services: Iterable[Service]) -> ServiceSelectors:
    """Index all services that have a selector."""
    found: dict[tuple[str, str, str], list[Service]] = {}
    for service in services:
        if service.selector:
            key, value = min(service.selector.items())
            found.setdefault((service.namespace, key, value), []).append(service)
    return ServiceSelectors({pair: tuple(group) for pair, group in found.items()})
