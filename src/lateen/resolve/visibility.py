"""Who sees which services and rules (`exportTo`), and what wins where several are seen."""

from collections.abc import Iterable, Mapping, Sequence

from lateen.api.virtual_service import VirtualService
from lateen.model.service import Service

PUBLIC, PRIVATE, NOBODY = "*", ".", "~"


def is_visible(export_to: Sequence[str], owner: str, namespace: str) -> bool:
    """Whether something in namespace `owner` with that `exportTo` is seen in `namespace`."""
    if PUBLIC in export_to:
        return True
    return NOBODY not in export_to and (namespace in export_to or (PRIVATE in export_to and owner == namespace))


def visible_services(services: Mapping[tuple[str, str], Service], namespace: str) -> tuple[Service, ...]:
    """The services seen in `namespace`, one for each hostname, sorted by it."""
    seen = (each for each in services.values() if is_visible(each.export_to, each.namespace, namespace))
    return one_for_each_hostname(seen, namespace)


def one_for_each_hostname(services: Iterable[Service], namespace: str) -> tuple[Service, ...]:
    """Of several services with a hostname the one that clients in `namespace` mean; sorted by hostname.

    The own one wins, then Kubernetes services, then the oldest: which is the order of `services` (Istio's
    `pickBestVisibleNamespace`).
    """
    chosen: dict[str, Service] = {}
    for service in services:
        known = chosen.setdefault(service.hostname, service)
        if known is not service and service.namespace == namespace:
            chosen[service.hostname] = service
    return tuple(chosen[hostname] for hostname in sorted(chosen))


def visible_virtual_services(
    rules: Iterable[VirtualService], namespace: str, default: Sequence[str]
) -> tuple[VirtualService, ...]:
    """The rules seen in `namespace` in the order of choice: its private ones, those exported to it, the public ones."""
    ranked: tuple[list[VirtualService], list[VirtualService], list[VirtualService]] = ([], [], [])
    for rule in rules:
        owner = rule.metadata.namespace
        export_to = rule.spec.export_to or default
        if PUBLIC in export_to:
            ranked[2].append(rule)
        elif is_visible(export_to, owner, namespace):
            ranked[0 if owner == namespace else 1].append(rule)
    return (*ranked[0], *ranked[1], *ranked[2])


def distinct_by_services(services: Iterable[Service]) -> set[str]:
    """Namespaces that may see other services than the rest of the mesh does."""
    found: set[str] = set()
    owners: dict[str, str] = {}
    for service in services:
        if owners.setdefault(service.hostname, service.namespace) != service.namespace:
            found |= {service.namespace, owners[service.hostname]}
        if PUBLIC not in service.export_to:
            found |= {service.namespace, *service.export_to}
    return found
