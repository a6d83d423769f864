"""Destination rules: which one governs a host for a client, and the policy it sets for each port and subset.

Rules: Istio's `PushContext.destinationRule`, `mergeDestinationRule` and `MergeSubsetTrafficPolicy`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from lateen.api.destination_rule import DestinationRule, Subset, TrafficPolicy
from lateen.api.problem import Problem, Severity
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, fully_qualified, is_wildcard
from lateen.model.selection import selects
from lateen.model.service import Service
from lateen.model.settings import DefaultTrafficPolicy, MeshSettings
from lateen.resolve.visibility import PRIVATE, PUBLIC, is_visible

_PORT_BLOCKS = ("load_balancer", "connection_pool", "outlier_detection", "tls")
_BLOCKS = (*_PORT_BLOCKS, "tunnel", "proxy_protocol", "retry_budget")


@dataclass(frozen=True, slots=True, eq=False)
class HostRule:
    """One namespace's destination rules for one host, merged: subsets of all, the policy of the oldest that has one."""

    traffic_policy: TrafficPolicy | None
    subsets: tuple[Subset, ...]
    sources: tuple[DestinationRule, ...]

    @property
    def for_chosen(self) -> bool:
        """Whether it holds for chosen workloads only."""
        return self.sources[0].spec.workload_selector is not None

    @property
    def credentials(self) -> frozenset[str]:
        """The names of the Secrets that it speaks of (`credentialName`)."""
        return frozenset().union(*map(named_secrets, self.sources))

    def subset(self, name: str) -> Subset | None:
        """The subset of that name."""
        return next((subset for subset in self.subsets if subset.name == name), None)


def named_secrets(rule: DestinationRule) -> frozenset[str]:
    """The names of the Secrets that a rule speaks of (`credentialName`)."""
    written = (rule.spec.traffic_policy, *(subset.traffic_policy for subset in rule.spec.subsets))
    policies = [policy for policy in written if policy is not None]
    settings = [policy.tls for policy in policies]
    settings += [port.tls for policy in policies for port in policy.port_level_settings]
    return frozenset(tls.credential_name for tls in settings if tls is not None and tls.credential_name)


def policy_for(
    rule: HostRule | None, port: int, subset: str = "", mesh: DefaultTrafficPolicy | None = None
) -> TrafficPolicy | None:
    """The policy for one port and subset of the rule's host, without port-level settings.

    What the host's policy leaves out is the `mesh`'s, if that is given.

    A subset's policy replaces the host's block by block. Settings for the port take the place of the policy they stand
    in: what they leave out has its default, but for the blocks that no port has, which come from the host's policy.
    """
    policy = filled(_overlay(None, rule.traffic_policy, port) if rule else None, mesh)
    chosen = rule.subset(subset) if rule and subset else None
    return _overlay(policy, chosen.traffic_policy, port) if chosen else policy


def filled(policy: TrafficPolicy | None, mesh: DefaultTrafficPolicy | None) -> TrafficPolicy | None:
    """The policy with the mesh's blocks where it has none of its own."""
    if mesh is None:
        return policy
    own = policy or TrafficPolicy()
    return replace(
        own,
        connection_pool=own.connection_pool or mesh.connection_pool,
        outlier_detection=own.outlier_detection or mesh.outlier_detection,
    )


def _overlay(below: TrafficPolicy | None, above: TrafficPolicy | None, port: int) -> TrafficPolicy | None:
    if above is None:
        return below
    inherited: dict[str, Any] = {name: getattr(below, name, None) for name in _BLOCKS}  # Any: structs
    for settings in above.port_level_settings:
        if settings.port is not None and settings.port.number == port:
            return TrafficPolicy(**(inherited | {name: getattr(settings, name) for name in _PORT_BLOCKS}))
    return TrafficPolicy(**{name: getattr(above, name) or inherited[name] for name in _BLOCKS})


def all_policies(rule: DestinationRule) -> Iterator[TrafficPolicy]:
    """Every policy of a rule: as it stands, as the rule's subsets have it, and as their ports do."""
    merged = merge_rules(rule)
    for name in ("", *(subset.name for subset in rule.spec.subsets)):
        chosen = merged.subset(name)
        written = [each for each in (rule.spec.traffic_policy, chosen and chosen.traffic_policy) if each]
        ports = {each.port.number for policy in written for each in policy.port_level_settings if each.port}
        found = (policy_for(merged, port, name) for port in sorted({0} | ports))
        yield from (policy for policy in found if policy is not None)


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


def merge_rules(*group: DestinationRule) -> HostRule:
    """One rule of several for the same host, oldest first."""
    subsets: dict[str, Subset] = {}
    for rule in group:
        for subset in rule.spec.subsets:
            subsets.setdefault(subset.name, subset)
    policy = next((rule.spec.traffic_policy for rule in group if rule.spec.traffic_policy is not None), None)
    return HostRule(policy, tuple(subsets.values()), group)


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
