"""All services of the mesh by namespace and hostname, and who wins where several declare one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lateen.api.problem import Problem, Severity
from lateen.api.service import Service as KubernetesService
from lateen.api.service_entry import ServiceEntry
from lateen.lib.memo import Memo
from lateen.model.kubernetes_services import service_of
from lateen.model.service import Service, ServicePort
from lateen.model.service_entries import services_of
from lateen.model.settings import MeshSettings

ServiceKey = tuple[str, str]
"""(namespace, hostname)"""


@dataclass(frozen=True, slots=True)
class Registry:
    """`services` in order of creation; `entries` are the ServiceEntries behind each service that comes from them."""

    services: dict[ServiceKey, Service]
    entries: dict[ServiceKey, tuple[ServiceEntry, ...]]
    problems: tuple[Problem, ...] = ()


def register_services(
    memo: Memo,
    kubernetes: Mapping[tuple[str, str], KubernetesService],
    entries: Mapping[tuple[str, str], ServiceEntry],
    settings: MeshSettings,
    distributions: Mapping[str, str],
) -> Registry:
    """In one namespace a hostname is declared by the Kubernetes service, else by the oldest ServiceEntry.

    The other ServiceEntries for it add endpoints, and ports that it has not (Istio's `initServiceRegistry`).
    `distributions` are what namespaces ask for by their annotation (`traffic_distribution`).
    """
    declared: list[tuple[Service, ServiceEntry | None]] = [
        (memo.recall(("Service", *name), service_of, source, settings, distributions.get(name[0], "")), None)
        for name, source in kubernetes.items()
    ]
    for name, entry in entries.items():
        distribution = distributions.get(name[0], "")
        for service in memo.recall(("ServiceEntry", *name), services_of, entry, settings, distribution):
            declared.append((service, entry))
    declared.sort(key=lambda each: _age(each[0]))
    return _merge(memo, declared)


def _age(service: Service) -> tuple[bool, str, str, str, str]:
    return not service.is_kubernetes, service.created, service.source.name, service.namespace, service.hostname


def _merge(memo: Memo, declared: list[tuple[Service, ServiceEntry | None]]) -> Registry:
    groups: dict[ServiceKey, list[Service]] = {}
    entries: dict[ServiceKey, list[ServiceEntry]] = {}
    problems: list[Problem] = []
    for service, entry in declared:
        group = groups.setdefault((service.namespace, service.hostname), [])
        if group and (problem := _duplicate(service, group)) is not None:
            problems.append(problem)
        group.append(service)
        if entry is not None and not group[0].is_kubernetes:
            entries.setdefault((service.namespace, service.hostname), []).append(entry)
    services = {
        key: memo.recall(("joined", *key), joined, *group) if len(group) > 1 else group[0]
        for key, group in groups.items()
    }
    return Registry(
        memo.keep("services", services),
        {key: memo.keep(("entries", *key), tuple(group)) for key, group in entries.items()},
        tuple(problems),
    )


def joined(first: Service, *others: Service) -> Service:
    """The first of those that declare a hostname in a namespace, with the ports and addresses that only others have.

    A Kubernetes service takes nothing from ServiceEntries, and no service from one that finds its endpoints in another
    way or is for others (`appendSidecarServices`, `canMergeServices`). Where one entry chooses addresses, clients are
    taken to know these.
    """
    alike = [each for each in (first, *others) if _fits(each, first)]
    ports: dict[int, ServicePort] = {}
    for each in alike:
        for port in each.ports:
            ports.setdefault(port.number, port)
    addresses = dict.fromkeys(address for each in alike for address in each.addresses)
    endpoints = dict.fromkeys(address for each in alike for address in each.own_endpoints)
    return msgspec.structs.replace(
        first,
        ports=tuple(ports.values()),
        addresses=tuple(addresses),
        automatic=all(each.automatic for each in alike),
        own_endpoints=tuple(endpoints),
    )


def _fits(service: Service, first: Service) -> bool:
    return service is first or (not first.is_kubernetes and _kind(service) == _kind(first))


def _kind(service: Service) -> tuple[object, ...]:
    return service.resolution, service.labels, service.selector, set(service.export_to)


def _duplicate(loser: Service, before: Sequence[Service]) -> Problem | None:
    """The finding about a service that is not in force as it is written; other ports of the same host are welcome."""
    winner = before[0]
    taken = {port.number for each in before if _fits(each, winner) for port in each.ports}
    fits = _fits(loser, winner)
    if fits and taken.isdisjoint(port.number for port in loser.ports):
        return None
    again = "give it another name, or delete one of the two"
    alike = "give both the same labels, resolution, exportTo and workloadSelector, or delete one of the two"
    effect = "only its endpoints are used" if not winner.is_kubernetes else "it has no effect"
    return Problem(
        loser.source,
        "spec.hosts",
        "DuplicateHost",
        Severity.WARNING,
        f"{loser.hostname} is declared by {winner.source} already; {effect}",
        again if fits or winner.is_kubernetes else alike,
    )
