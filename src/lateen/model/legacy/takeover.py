"""Legacy resources next to today's: for a host that one of today's resources speaks for, that one decides."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from lateen.api.destination_rule import DestinationRule, DestinationRuleSpec, Subset
from lateen.api.meta import Resource
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.service_entry import ServiceEntry
from lateen.api.virtual_service import VirtualService
from lateen.model.hostname import fully_qualified
from lateen.model.legacy.outcome import Converted, sources_of

R = TypeVar("R", bound=Resource)

_MESH = "mesh"
_PUBLIC = "*"
_SUFFIX = "-legacy"


def beside(
    converted: Converted,
    virtual_services: Sequence[VirtualService],
    destination_rules: Sequence[DestinationRule],
    service_entries: Sequence[ServiceEntry],
    cluster_domain: str,
) -> Converted:
    """What of `converted` has an effect next to today's resources, with a problem for each source that has none."""
    problems = list(converted.problems)
    taken = _hosts_taken(virtual_services, cluster_domain)
    kept = []
    for each in converted.virtual_services:
        winner = None if each.spec.gateways else taken.get(_full(each.spec.hosts[0], each, cluster_domain))
        kept += [] if winner else [each]
        problems += _losses(each, winner) if winner else ()
    declared = {host: each for each in reversed(service_entries) for host in each.spec.hosts}
    entries = []
    for entry in converted.service_entries:
        owner = declared.get(entry.spec.hosts[0])
        entries += [] if owner else [entry]
        problems += _losses(entry, owner) if owner else ()
    destinations, lost = _destinations(converted.destination_rules, destination_rules, cluster_domain)
    return Converted(
        virtual_services=tuple(_renamed(kept, virtual_services)),
        destination_rules=tuple(_renamed(destinations, destination_rules)),
        service_entries=tuple(_renamed(entries, service_entries)),
        gateways=converted.gateways,
        problems=(*problems, *lost),
    )


def _hosts_taken(rules: Iterable[VirtualService], cluster_domain: str) -> dict[str, VirtualService]:
    """Hosts for which a rule speaks to the whole mesh."""
    found: dict[str, VirtualService] = {}
    for rule in rules:
        spec = rule.spec
        if (not spec.gateways or _MESH in spec.gateways) and (not spec.export_to or _PUBLIC in spec.export_to):
            for host in spec.hosts:
                found.setdefault(_full(host, rule, cluster_domain), rule)
    return found


def _full(host: str, rule: Resource, cluster_domain: str) -> str:
    return fully_qualified(host, rule.metadata.namespace, cluster_domain).lower()


def _losses(loser: Resource, winner: Resource, *, what: str = "it has no effect", only: str = "") -> Iterator[Problem]:
    for _, ref in sources_of(loser):
        if not only or ref.kind == only:
            yield _loss(ref, winner, what)


def _loss(source: ResourceRef, winner: Resource, what: str) -> Problem:
    message = f"{winner.ref} speaks for the same host; {what}"
    hint = "delete one of the two; `lateen convert` shows this one in today's API"
    return Problem(source, "spec.destination", "Superseded", Severity.WARNING, message, hint)


def _destinations(
    converted: Iterable[DestinationRule], present: Sequence[DestinationRule], cluster_domain: str
) -> tuple[list[DestinationRule], list[Problem]]:
    """Converted rules; where others are for the same host, these keep their policy and get the versions added."""
    kept: list[DestinationRule] = []
    problems: list[Problem] = []
    for rule in converted:
        host = _full(rule.spec.host, rule, cluster_domain)
        others = [each for each in present if _full(each.spec.host, each, cluster_domain) == host]
        for other in {each.metadata.namespace: each for each in reversed(others)}.values():
            if added := _subsets_beside(rule, others):
                kept.append(_in_namespace_of(other, rule, host, added))
        if rule.metadata.namespace not in {each.metadata.namespace for each in others}:
            kept.append(rule)
        if others:
            problems += _losses(rule, others[0], what="its policy has no effect", only="DestinationPolicy")
    return kept, problems


def _subsets_beside(rule: DestinationRule, others: Iterable[DestinationRule]) -> tuple[Subset, ...]:
    names = {subset.name for other in others for subset in other.spec.subsets}
    return tuple(replace(each, traffic_policy=None) for each in rule.spec.subsets if each.name not in names)


def _in_namespace_of(
    other: DestinationRule, rule: DestinationRule, host: str, subsets: tuple[Subset, ...]
) -> DestinationRule:
    meta = replace(rule.metadata, namespace=other.metadata.namespace)
    return replace(
        rule, metadata=meta, spec=DestinationRuleSpec(host=host, subsets=subsets, export_to=other.spec.export_to)
    )


def _renamed(resources: Iterable[R], present: Iterable[Resource]) -> Iterator[R]:
    """Under names that nobody else has."""
    taken = {(each.metadata.namespace, each.metadata.name) for each in present}
    for each in resources:
        meta = each.metadata
        while (meta.namespace, meta.name) in taken:
            meta = replace(meta, name=f"{meta.name}{_SUFFIX}")
        taken.add((meta.namespace, meta.name))
        yield each if meta is each.metadata else replace(each, metadata=meta)
