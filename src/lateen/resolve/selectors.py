"""Which services a workload is behind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lateen.model.selection import selects
from lateen.model.service import Service


@dataclass(frozen=True, slots=True, eq=False)
class ServiceSelectors:
    """Services by namespace and the first pair of their selector or the addresses of their endpoints, so that finding
    a workload's is not a search."""

    by_pair: Mapping[tuple[str, str, str], tuple[Service, ...]]
    by_address: Mapping[tuple[str, str], tuple[Service, ...]]

    def selecting(self, namespace: str, labels: Mapping[str, str], address: str = "") -> tuple[Service, ...]:
        """The services of `namespace` that select `labels` or name `address` as an endpoint, Kubernetes services first,
        then the oldest."""
        found = [
            service
            for key, value in labels.items()
            for service in self.by_pair.get((namespace, key, value), ())
            if selects(service.selector, labels)
        ]
        found += self.by_address.get((namespace, address), ())
        return tuple(sorted(found, key=_age)) if len(found) > 1 else tuple(found)


def _age(service: Service) -> tuple[bool, str, str]:
    return not service.is_kubernetes, service.created, service.hostname


def index_selectors(services: Iterable[Service]) -> ServiceSelectors:
    """Index all services that have a selector, or endpoints that their declaration names."""
    pairs: dict[tuple[str, str, str], list[Service]] = {}
    addresses: dict[tuple[str, str], list[Service]] = {}
    for service in services:
        if service.selector:
            key, value = min(service.selector.items())
            pairs.setdefault((service.namespace, key, value), []).append(service)
        for address in service.own_endpoints:
            addresses.setdefault((service.namespace, address), []).append(service)
    return ServiceSelectors(
        {pair: tuple(group) for pair, group in pairs.items()},
        {place: tuple(group) for place, group in addresses.items()},
    )
