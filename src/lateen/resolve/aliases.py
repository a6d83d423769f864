"""Services that are but another name for something (`ExternalName`). Rule: `resolveServiceAliases` in Istio."""

from collections.abc import Iterable, Mapping

from lateen.lib.memo import Memo
from lateen.model.service import Service


def stands_for(services: Mapping[str, Service], alias: Service) -> str:
    """The hostname at the end of a chain of names; "" for names that lead back to themselves."""
    seen = {alias.hostname}
    name = alias.alias_of
    while name not in seen:
        seen.add(name)
        service = services.get(name)
        if service is None or not service.alias_of:
            return name
        name = service.alias_of
    return ""


def aliases_of(services: Iterable[Service]) -> dict[str, tuple[str, ...]]:
    """The other names of services, by the name that each stands for."""
    by_hostname = {service.hostname: service for service in services}
    found: dict[str, tuple[str, ...]] = {}
    for service in by_hostname.values():
        if service.alias_of and (name := stands_for(by_hostname, service)):
            found[name] = (*found.get(name, ()), service.hostname)
    return found


def aliases_in(memo: Memo, services: Iterable[Service]) -> Mapping[str, tuple[str, ...]]:
    """The same, worked out once for all who ask in a round."""
    return memo.recall("aliases", aliases_of, services)
