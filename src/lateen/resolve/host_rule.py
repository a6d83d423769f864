"""The destination rules for one host as one, and what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from lateen.api.destination_rule import DestinationRule, PortTrafficPolicy, Subset, TrafficPolicy


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


def merge_rules(*group: DestinationRule) -> HostRule:
    """One rule of several for the same host, oldest first."""
    subsets: dict[str, Subset] = {}
    for rule in group:
        for subset in rule.spec.subsets:
            subsets.setdefault(subset.name, subset)
    policy = next((rule.spec.traffic_policy for rule in group if rule.spec.traffic_policy is not None), None)
    return HostRule(policy, tuple(subsets.values()), group)


def written_policies(rule: DestinationRule) -> Iterator[tuple[str, TrafficPolicy | PortTrafficPolicy]]:
    """Every policy as it stands in the rule, and where."""
    policies = [("spec.trafficPolicy", rule.spec.traffic_policy)]
    policies += [
        (f"spec.subsets[{position}].trafficPolicy", subset.traffic_policy)
        for position, subset in enumerate(rule.spec.subsets)
    ]
    for path, policy in policies:
        if policy is not None:
            yield path, policy
            for position, port in enumerate(policy.port_level_settings):
                yield f"{path}.portLevelSettings[{position}]", port


def named_secrets(rule: DestinationRule) -> frozenset[str]:
    """The names of the Secrets that a rule speaks of (`credentialName`)."""
    tls = (policy.tls for _, policy in written_policies(rule))
    return frozenset(each.credential_name for each in tls if each is not None and each.credential_name)
