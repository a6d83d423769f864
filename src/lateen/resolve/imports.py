"""What a Sidecar lets its workloads see of the mesh.

Rules: `convertIstioListenerToWrapper`, `SelectVirtualServices` and `collectImportedServices` in Istio.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lateen.api.sidecar import IstioEgressListener, Sidecar
from lateen.api.virtual_service import HTTPRoute, VirtualService
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, overlaps
from lateen.model.service import Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.resolve.config_origin import config_origins
from lateen.resolve.egress import EgressPlace, place_of
from lateen.resolve.rules import Rule, part_targets, rules_of
from lateen.resolve.visibility import NOBODY, PRIVATE, PUBLIC, is_visible, one_for_each_hostname

_ALL = IstioEgressListener(hosts=("*/*",))
"""What a Sidecar that says nothing about egress imports."""


@dataclass(frozen=True, slots=True)
class Egress:
    """One egress listener: where it listens, and the services and rules for what comes in there."""

    place: EgressPlace
    services: tuple[Service, ...]
    virtual_services: tuple[VirtualService, ...]


@dataclass(frozen=True, slots=True)
class Imports:
    """All egress listeners, and what any of them imports: one service for each hostname, sorted by it."""

    egress: tuple[Egress, ...]
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class HostList:
    """The `hosts` of an egress listener by namespace (`*`: any): those to import, and those to leave out all the same.

    Whatever is asked about must be of a namespace and a name.
    """

    imported: Mapping[str, tuple[str, ...]]
    excluded: Mapping[str, tuple[str, ...]]

    def admits(self, namespace: str, name: str, means: Callable[[str, str], bool] = covers) -> bool:
        """Whether a host is imported. `means` tells whether an entry speaks of a name."""
        excluded = (each for place in (namespace, PUBLIC) for each in self.excluded.get(place, ()))
        return self.names(namespace, name, means) and not any(covers(each, name) for each in excluded)

    def names(self, namespace: str, name: str, means: Callable[[str, str], bool] = covers) -> bool:
        """Whether some entry speaks of a host, even if another excludes it."""
        return any(means(each, name) for place in (namespace, PUBLIC) for each in self.imported.get(place, ()))


def host_list(hosts: Iterable[str], namespace: str) -> HostList:
    """The hosts of an egress listener, as meant for workloads in `namespace`."""
    imported: dict[str, tuple[str, ...]] = {}
    excluded: dict[str, tuple[str, ...]] = {}
    for host in hosts:
        place, _, name = host.partition("/")
        group = imported
        if place.startswith(NOBODY):
            group, place = excluded, place.removeprefix(NOBODY) or PUBLIC
        place = namespace if place == PRIVATE else place
        group[place] = (*group.get(place, ()), name)
    return HostList(imported, excluded)


def imports_of(
    memo: Memo,
    sidecar: Sidecar,
    services: Mapping[tuple[str, str], Service],
    virtual_services: Sequence[VirtualService],
    settings: MeshSettings,
    *,
    namespace: str,
) -> Imports:
    """What `sidecar` imports for workloads in `namespace`. `virtual_services` are those seen there, in order."""
    rules = rules_of(memo, virtual_services, settings)
    delegates = tuple(each for each in virtual_services if not each.spec.hosts)
    visible = [each for each in services.values() if is_visible(each.export_to, each.namespace, namespace)]
    known = _by_hostname(services.values(), namespace)
    found: dict[str, Service] = {}
    egress = []
    for listener in sidecar.spec.egress or (_ALL,):
        hosts, place = host_list(listener.hosts, namespace), place_of(listener, config_origins(sidecar, "Sidecar"))
        chosen = _services(memo, visible, hosts, place.only_port, namespace)
        seen = [rule for rule in rules if _is_imported(rule, hosts)]
        for service in chosen:
            _add(memo, found, service)
        for rule in seen:
            for service in _destinations(memo, rule, known, place.only_port, namespace, settings):
                _add(memo, found, service)
        egress.append(Egress(place, chosen, (*(rule.source for rule in seen), *delegates)))
    return Imports(tuple(egress), tuple(found[hostname] for hostname in sorted(found)))


def _by_hostname(services: Iterable[Service], namespace: str) -> dict[str, Service]:
    """The service that each hostname means to a rule's destination: one's own, else the one that is seen."""
    meant = (
        each
        for each in services
        if each.namespace == namespace or is_visible(each.export_to, each.namespace, namespace)
    )
    return {each.hostname: each for each in one_for_each_hostname(meant, namespace)}


def _services(
    memo: Memo, visible: Iterable[Service], hosts: HostList, port: int | None, namespace: str
) -> tuple[Service, ...]:
    found = (
        trimmed
        for each in visible
        if hosts.admits(each.namespace, each.hostname)
        and (trimmed := _with_ports(memo, each, None if port is None else frozenset({port})))
    )
    return one_for_each_hostname(found, namespace)


def _with_ports(memo: Memo, service: Service, numbers: frozenset[int] | None) -> Service | None:
    """The service with only those of its ports, `None` where it has none of them."""
    if numbers is None:
        return service
    ports = tuple(port for port in service.ports if port.number in numbers)
    if not ports or len(ports) == len(service.ports):
        return service if ports else None
    return _having(memo, service, ports)


def _having(memo: Memo, service: Service, ports: tuple[ServicePort, ...]) -> Service:
    """The service with those ports, the same object as long as the service is."""
    return memo.recall((service.namespace, service.hostname, ports), _with, service, ports)


def _with(service: Service, ports: tuple[ServicePort, ...]) -> Service:
    return msgspec.structs.replace(service, ports=ports)


def _is_imported(rule: Rule, hosts: HostList) -> bool:
    return any(hosts.admits(rule.namespace, host, overlaps) for host in rule.hosts)


def _destinations(
    memo: Memo,
    rule: Rule,
    known: Mapping[str, Service],
    port: int | None,
    namespace: str,
    settings: MeshSettings,
) -> Iterator[Service]:
    """Where an imported rule sends requests comes along, though no host names it."""
    wanted: dict[str, set[int]] = {}
    targets = [
        each
        for part in rule.parts
        if _is_from(part.route, namespace)
        for each in part_targets(rule.source, part, settings.cluster_domain)
    ]
    for target in (*targets, *rule.l4):
        wanted.setdefault(target.host, set()).add(target.port)
    for host, ports in wanted.items():
        numbers = {port} if port is not None else ports
        if host in known and (service := _with_ports(memo, known[host], None if 0 in numbers else frozenset(numbers))):
            yield service


def _is_from(route: HTTPRoute, namespace: str) -> bool:
    return not route.match or any(match.source_namespace in {"", namespace} for match in route.match)


def _add(memo: Memo, found: dict[str, Service], service: Service) -> None:
    """Add to what is imported: the ports of several imports of a service are put together."""
    first = found.setdefault(service.hostname, service)
    if service.is_kubernetes and not first.is_kubernetes:
        found[service.hostname] = service
    elif first.namespace == service.namespace:
        more = tuple(port for port in service.ports if first.port(port.number) is None)
        if more:
            found[service.hostname] = _having(memo, first, (*first.ports, *more))
