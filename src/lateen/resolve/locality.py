"""Which endpoints a client prefers: those near it, those alike it, or some of each locality. Rules: Istio's
`loadbalancer.go`; failover works only with outlier detection, as there."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from lateen.api.destination_rule import DestinationRule, TrafficPolicy
from lateen.api.load_balancer import (
    Distribute,
    Failover,
    LocalityLoadBalancerSetting,
    ZoneAwareLoadBalancerSetting,
)
from lateen.api.topology import NETWORK, REGION, SUBZONE, ZONE
from lateen.ir.cluster import ZoneAware
from lateen.ir.endpoint import LocalityEndpoints
from lateen.lib.memo import Memo
from lateen.model.service import Endpoint, Locality
from lateen.model.settings import MeshSettings
from lateen.model.traffic_distribution import SAME_NODE, SAME_ZONE
from lateen.resolve.place import Place, endpoint_labels
from lateen.resolve.policy_overlay import all_policies, filled

Rank = tuple[int, int]
"""How far an endpoint is from a client: by the labels of `failoverPriority`, then by locality. The least is first."""


class Preference(msgspec.Struct, frozen=True):
    """What a client prefers endpoints by: the shares of `distribute`, or else `labels` and distance.

    `by_region` leaves the zones of a region alike. `near` is false where only labels count.
    """

    distribute: tuple[Distribute, ...] = ()
    labels: tuple[str, ...] = ()
    failover: tuple[Failover, ...] = ()
    near: bool = True
    by_region: bool = False


Setting = LocalityLoadBalancerSetting | ZoneAwareLoadBalancerSetting

_DISTRIBUTIONS = {SAME_ZONE: (NETWORK, REGION, ZONE), SAME_NODE: (NETWORK, REGION, ZONE, SUBZONE)}
"""The labels that are compared where a service asks for near endpoints itself. Every pod runs on the same node."""


def setting_for(policy: TrafficPolicy | None, settings: MeshSettings) -> Setting | None:
    """The setting in force, None when off: the policy's, else the mesh's; at each level the zone-aware one first."""
    found = _own(policy) or settings.zone_aware_lb or settings.locality_lb
    return None if isinstance(found, LocalityLoadBalancerSetting) and found.enabled is False else found


def _own(policy: TrafficPolicy | None) -> Setting | None:
    balancer = policy.load_balancer if policy else None
    return (balancer.zone_aware_lb_setting or balancer.locality_lb_setting) if balancer else None


def preference_for(policy: TrafficPolicy | None, settings: MeshSettings, distribution: str = "") -> Preference | None:
    """What endpoints are preferred by, None where all are alike; `distribution` is what the service asks for."""
    if distribution and _own(policy) is None:
        return Preference(labels=_DISTRIBUTIONS[distribution], near=False)
    setting = setting_for(policy, settings)
    if isinstance(setting, ZoneAwareLoadBalancerSetting):
        if setting.enabled is False:
            return None
        return Preference(labels=setting.failover_priority, failover=setting.failover, by_region=True)
    if setting is None:
        return None
    if setting.distribute:
        return Preference(distribute=setting.distribute)
    if policy is None or policy.outlier_detection is None:
        return None
    labels, failover = setting.failover_priority, setting.failover
    return Preference(labels=labels, failover=failover, near=bool(failover) or not labels)


def is_locality_weighted(found: Preference | None) -> bool:
    """Whether the weights of localities count: with `distribute`, or with explicit failover."""
    return found is not None and not found.by_region and bool(found.distribute or found.failover or found.labels)


def zone_aware(policy: TrafficPolicy | None, settings: MeshSettings, distribution: str = "") -> ZoneAware | None:
    """Envoy's own preference for the client's zone, where a setting speaks of it."""
    setting = None if distribution and _own(policy) is None else setting_for(policy, settings)
    if not isinstance(setting, ZoneAwareLoadBalancerSetting):
        return None
    return ZoneAware(enabled=setting.enabled is not False, min_cluster_size=setting.min_cluster_size)


def places_compared(
    memo: Memo, rules: Iterable[DestinationRule], settings: MeshSettings, distributions: frozenset[str]
) -> frozenset[str] | None:
    """The labels of clients that endpoints are preferred by; `None` where it does not matter where a client is.

    `distributions` are what services ask for themselves.
    """
    found = [memo.recall(rule.ref, _compared_by, rule, settings) for rule in rules]
    found.append(_compared((None,), settings))
    found += [frozenset(_DISTRIBUTIONS[each]) for each in distributions]
    labels = [each for each in found if each is not None]
    return frozenset().union(*labels) if labels else None


def _compared_by(rule: DestinationRule, settings: MeshSettings) -> frozenset[str] | None:
    return _compared(tuple(all_policies(rule)), settings)


def _compared(policies: Sequence[TrafficPolicy | None], settings: MeshSettings) -> frozenset[str] | None:
    """Labels count even where the policy does not fail over by itself: merged with another it may."""
    policies = [filled(policy, settings.default_policy) for policy in policies]
    in_force = [setting for policy in policies if (setting := setting_for(policy, settings)) is not None]
    labels = frozenset(label for each in in_force for label in each.failover_priority if "=" not in label)
    return labels if labels or any(preference_for(policy, settings) for policy in policies) else None


def ranks_of(endpoints: Sequence[Endpoint], preference: Preference, client: Place) -> list[int]:
    """The priority of each endpoint, from 0 without gaps."""
    labels = dict(client.labels)
    far = [
        (_unlikeness(each, preference.labels, labels), _distance(each.locality, client, preference))
        for each in endpoints
    ]
    order: dict[Rank, int] = {rank: position for position, rank in enumerate(sorted(set(far)))}
    return [order[rank] for rank in far]


def _unlikeness(endpoint: Endpoint, wanted: Sequence[str], client: Mapping[str, str]) -> int:
    """How many of the labels are left when the first is found that differs (`applyFailoverPriorityPerLocality`).

    Another network is worse than anything else, where the network is asked for first.
    """
    own = endpoint_labels(endpoint) if wanted else {}
    added = 0
    for position, label in enumerate(wanted):
        key, given, value = label.partition("=")
        if (value if given else client.get(key, "")) == own.get(key, ""):
            continue
        if position == 0 and key == NETWORK:
            added = len(wanted)
            continue
        return added + len(wanted) - position
    return added


def _distance(there: Locality, client: Place, preference: Preference) -> int:
    here = client.locality
    if not preference.near:
        return 0
    if there.region != here.region:
        target = next((each.to for each in preference.failover if each.from_ == here.region), None)
        takes_over = target == there.region if preference.by_region else target in {None, there.region}
        return 3 if takes_over else 4
    if preference.by_region:
        return 0
    if there.zone != here.zone:
        return 2
    return 0 if there.subzone == here.subzone else 1


def distributed(
    groups: Sequence[LocalityEndpoints], rules: Sequence[Distribute], client: Place
) -> tuple[LocalityEndpoints, ...]:
    """The groups with the weights that the first rule for the client's locality gives them; others are left out."""
    here = client.locality
    shares = next((rule.to for rule in rules if _matches(rule.from_, (here.region, here.zone, here.subzone))), None)
    if shares is None:
        return tuple(groups)
    claimed = [_claim(group, shares) for group in groups]
    totals = {
        pattern: sum(group.weight or 1 for group, mine in zip(groups, claimed, strict=True) if mine == pattern)
        for pattern in claimed
        if pattern is not None
    }
    return tuple(
        replace(group, weight=math.ceil((group.weight or 1) * shares[pattern] / totals[pattern]))
        for group, pattern in zip(groups, claimed, strict=True)
        if pattern is not None and shares[pattern]
    )


def _claim(group: LocalityEndpoints, shares: Mapping[str, int]) -> str | None:
    """The most specific of the localities with a share that this group belongs to."""
    matching = [pattern for pattern in shares if _matches(pattern, (group.region, group.zone, group.subzone))]
    return max(matching, key=lambda pattern: (pattern.count("/") - pattern.count("*"), pattern), default=None)


def _matches(pattern: str, own: tuple[str, str, str]) -> bool:
    """`*` stands for any name; zones and subzones that are left out, too."""
    region, *inner = pattern.split("/")
    wanted = zip(inner, own[1:], strict=False)
    return region in {"*", own[0]} and all(part in {"", "*", mine} for part, mine in wanted)
