"""Destination rules: which one governs a host for a client.

Rules: Istio's `PushContext.destinationRule` and `mergeDestinationRule`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lateen.api.destination_rule import DestinationRule
from lateen.api.problem import Problem, Severity
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, fully_qualified, is_wildcard
from lateen.model.selection import selects
from lateen.model.service import Service
from lateen.model.settings import MeshSettings
from lateen.resolve.host_rule import HostRule, merge_rules
from lateen.resolve.visibility import PRIVATE, PUBLIC, is_visible


@dataclass(frozen=True, slots=True)
class Client:
    """Whose traffic a rule would govern."""

    namespace: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class NamespaceRules:
    """A namespace's destination rules by host, oldest first; `wildcards` are its hosts with `*`, longest first."""

    by_host: Mapping[str, tuple[DestinationRule, ...]]
    wildcards: tuple[str, ...]

    def candidates(self, hostname: str) -> Iterable[tuple[DestinationRule, ...]]:
        """The rules that could govern a host, most specific first."""
        if hostname in self.by_host:
            yield self.by_host[hostname]
        for pattern in self.wildcards:
            if pattern != hostname and covers(pattern, hostname):
                yield self.by_host[pattern]


@dataclass(frozen=True, slots=True, eq=False)
class RuleIndex:
    """All destination rules. `labels` are the keys that some `workloadSelector` looks at."""

    namespaces: Mapping[str, NamespaceRules]
    labels: frozenset[str]
    problems: tuple[Problem, ...]


def index_rules(memo: Memo, rules: Iterable[DestinationRule], settings: MeshSettings) -> RuleIndex:
    """Sort the rules (oldest first) by namespace and host."""
    found: dict[str, dict[str, list[DestinationRule]]] = {}
    for rule in rules:
        namespace = rule.metadata.namespace
        host = fully_qualified(rule.spec.host, namespace, settings.cluster_domain)
        found.setdefault(namespace, {}).setdefault(host, []).append(rule)
    namespaces = {name: _namespace(memo, name, by_host) for name, by_host in found.items()}
    labels = frozenset(
        key
        for rule in rules
        if rule.spec.workload_selector is not None
        for key in rule.spec.workload_selector.match_labels
    )
    problems = tuple(
        problem
        for each in namespaces.values()
        for host, group in each.by_host.items()
        if len(group) > 1
        for problem in _conflicts(host, group)
    )
    return RuleIndex(namespaces, labels, problems)


def _namespace(memo: Memo, name: str, by_host: Mapping[str, list[DestinationRule]]) -> NamespaceRules:
    kept = memo.keep(name, {host: tuple(group) for host, group in by_host.items()})
    return memo.recall(("rules", name), _sorted_wildcards, kept)


def _sorted_wildcards(by_host: Mapping[str, tuple[DestinationRule, ...]]) -> NamespaceRules:
    wildcards = sorted((host for host in by_host if is_wildcard(host)), key=lambda host: (-len(host), host))
    return NamespaceRules(by_host, tuple(wildcards))


def _conflicts(host: str, group: Sequence[DestinationRule]) -> Iterable[Problem]:
    """What a merge leaves out."""
    by_selector: dict[object, list[DestinationRule]] = {}
    for rule in group:
        selector = rule.spec.workload_selector
        key = tuple(sorted(selector.match_labels.items())) if selector else None
        by_selector.setdefault(key, []).append(rule)
    for rules in by_selector.values():
        for merged in _together(rules):
            yield from _left_out(host, merged)


def _left_out(host: str, merged: Sequence[DestinationRule]) -> Iterable[Problem]:
    subsets: dict[str, DestinationRule] = {}
    policy: DestinationRule | None = None
    for rule in merged:
        for position, subset in enumerate(rule.spec.subsets):
            first = subsets.setdefault(subset.name, rule)
            if first is not rule:
                yield _ignored(rule, f"spec.subsets[{position}]", f'subset "{subset.name}" of {host}', first)
        if rule.spec.traffic_policy is not None:
            policy = policy or rule
            if policy is not rule:
                yield _ignored(rule, "spec.trafficPolicy", f"the traffic policy of {host}", policy)


def _ignored(rule: DestinationRule, path: str, what: str, first: DestinationRule) -> Problem:
    message = f"{what} is declared by {first.ref} already, which is older; this one has no effect"
    return Problem(
        rule.ref, path, "DuplicateDestinationRule", Severity.WARNING, message, "merge the two rules into one"
    )


def rules_for(
    memo: Memo, index: RuleIndex, services: Iterable[Service], client: Client, settings: MeshSettings
) -> dict[str, HostRule]:
    """The rule that governs each service's hostname for a client.

    Sought in the client's namespace, then the service's, then the root namespace; the first that has one decides. For
    clients in the root namespace its public rules come last. In a namespace the most specific host decides, even if
    its rules are for other workloads. A rule for chosen workloads beats one for all; of rules that differ in where
    they are seen, and so are not merged, the youngest counts.
    """
    return {
        service.hostname: memo.recall(service.hostname, merge_rules, *group)
        for service in services
        if (group := _governing(index, service, client, settings))
    }


def _governing(index: RuleIndex, service: Service, client: Client, settings: MeshSettings) -> Sequence[DestinationRule]:
    """The rules that are one for a client, oldest first (`PushContext.destinationRule`)."""
    own = _most_specific(index, client.namespace, service.hostname, lambda rule: _is_for_own(rule, settings))
    if own:
        return _chosen(own, client)
    for place in (service.namespace, settings.root_namespace):
        exported = _most_specific(index, place, service.hostname, lambda rule: _is_exported(rule, settings))
        seen = [rule for rule in exported if is_visible(export_to(rule, settings), place, client.namespace)]
        if seen:
            return _together(seen)[-1]
    return ()


def _most_specific(
    index: RuleIndex, namespace: str, hostname: str, counts: Callable[[DestinationRule], bool]
) -> Sequence[DestinationRule]:
    """The rules that count for the most specific host of a namespace that has any."""
    rules = index.namespaces.get(namespace)
    candidates = rules.candidates(hostname) if rules else ()
    return next((found for group in candidates if (found := [rule for rule in group if counts(rule)])), ())


def _is_for_own(rule: DestinationRule, settings: MeshSettings) -> bool:
    where, namespace = export_to(rule, settings), rule.metadata.namespace
    return is_visible(where, namespace, namespace) and not (namespace == settings.root_namespace and PUBLIC in where)


def _is_exported(rule: DestinationRule, settings: MeshSettings) -> bool:
    return not {PRIVATE, rule.metadata.namespace}.issuperset(export_to(rule, settings))


def _chosen(rules: Sequence[DestinationRule], client: Client) -> Sequence[DestinationRule]:
    """Of a namespace's own rules those that are one for a client; one for chosen workloads takes up private ones."""
    general = [rule for rule in rules if rule.spec.workload_selector is None]
    for first in rules:
        if _chooses(first, client.labels):
            alike = [rule for rule in rules if rule.spec.workload_selector == first.spec.workload_selector]
            return [*alike, *(rule for rule in general if PRIVATE in rule.spec.export_to)]
    return _together(general)[-1] if general else ()


def _together(rules: Iterable[DestinationRule]) -> list[list[DestinationRule]]:
    """The rules that are one: those seen in the same namespaces, or in more than the first (`mergeDestinationRule`)."""
    groups: list[list[DestinationRule]] = []
    for rule in rules:
        where = set(rule.spec.export_to)
        for group in groups:
            first = set(group[0].spec.export_to)
            if where == first or (first and where > first):
                group.append(rule)
                break
        else:
            groups.append([rule])
    return groups


def export_to(rule: DestinationRule, settings: MeshSettings) -> tuple[str, ...]:
    """Where a rule is seen; one for chosen workloads only in its own namespace."""
    if rule.spec.workload_selector is not None:
        return (PRIVATE,)
    return rule.spec.export_to or settings.default_destination_rule_export_to


def _chooses(rule: DestinationRule, labels: Mapping[str, str]) -> bool:
    selector = rule.spec.workload_selector
    return selector is not None and selects(selector.match_labels, labels)


def distinct_by_rules(
    index: RuleIndex, services: Mapping[tuple[str, str], Service], settings: MeshSettings
) -> set[str]:
    """Namespaces whose clients may be governed by other rules than the rest of the mesh."""
    found: set[str] = set()
    for namespace, rules in index.namespaces.items():
        for host, group in rules.by_host.items():
            if (namespace, host) not in services:
                found.add(namespace)
            for rule in group:
                where = export_to(rule, settings)
                if PUBLIC not in where:
                    found |= {namespace, *where}
    return found
