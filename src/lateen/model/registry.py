"""All services of the mesh by namespace and hostname, and who wins where several declare one."""

from collections.abc import Mapping
from dataclasses import dataclass

from lateen.api.problem import Problem, Severity
from lateen.api.service import Service as KubernetesService
from lateen.api.service_entry import ServiceEntry
from lateen.lib.memo import Memo
from lateen.model.kubernetes_services import service_of
from lateen.model.service import Service
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
) -> Registry:
    """In one namespace a hostname is declared by the Kubernetes service, else by the oldest ServiceEntry.

    The other ServiceEntries for it only add endpoints (Istio's `initServiceRegistry`).
    """
    declared: list[tuple[Service, ServiceEntry | None]] = [
        (memo.recall(("Service", *name), service_of, source, settings), None) for name, source in kubernetes.items()
    ]
    for name, entry in entries.items():
        for service in memo.recall(("ServiceEntry", *name), services_of, entry, settings):
            declared.append((service, entry))
    declared.sort(key=lambda each: _age(each[0]))
    return _merge(memo, declared)


def _age(service: Service) -> tuple[bool, str, str, str, str]:
    return not service.is_kubernetes, service.created, service.source.name, service.namespace, service.hostname


def _merge(memo: Memo, declared: list[tuple[Service, ServiceEntry | None]]) -> Registry:
    services: dict[ServiceKey, Service] = {}
    entries: dict[ServiceKey, list[ServiceEntry]] = {}
    problems: list[Problem] = []
    for service, entry in declared:
        key = (service.namespace, service.hostname)
        winner = services.setdefault(key, service)
        if winner is not service:
            problems.append(_duplicate(service, winner))
        if entry is not None and not winner.is_kubernetes:
            entries.setdefault(key, []).append(entry)
    return Registry(
        memo.keep("services", services),
        {key: memo.keep(("entries", *key), tuple(group)) for key, group in entries.items()},
        tuple(problems),
    )


def _duplicate(loser: Service, winner: Service) -> Problem:
    effect = "only its endpoints are used" if not winner.is_kubernetes else "it has no effect"
    return Problem(
        loser.source,
        "spec.hosts",
        "DuplicateHost",
        Severity.WARNING,
        f"{loser.hostname} is declared by {winner.source} already; {effect}",
        "give it another name, or delete one of the two",
    )
