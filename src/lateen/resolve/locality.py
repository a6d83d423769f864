"""Preference by locality. Rules: Istio's `loadbalancer.go`; failover works only with outlier detection, as there."""

import math
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from lateen.api.destination_rule import TrafficPolicy
from lateen.api.load_balancer import Distribute, Failover, LocalityLoadBalancerSetting
from lateen.ir.endpoint import LocalityEndpoints
from lateen.model.service import Locality


def locality_setting(policy: TrafficPolicy | None, *, enabled: bool) -> LocalityLoadBalancerSetting | None:
    """The setting in force, None when off: the policy's, else the mesh's, which only says whether it is `enabled`."""
    own = policy.load_balancer.locality_lb_setting if policy and policy.load_balancer else None
    if own is not None:
        return None if own.enabled is False else own
    return LocalityLoadBalancerSetting() if enabled else None


def is_locality_weighted(policy: TrafficPolicy | None, *, enabled: bool) -> bool:
    """Whether the weights of localities count: with `distribute`, or with explicit failover and outlier detection."""
    setting = locality_setting(policy, enabled=enabled)
    if setting is None or policy is None:
        return False
    fails_over = policy.outlier_detection is not None and (setting.failover or setting.failover_priority)
    return bool(setting.distribute or fails_over)


def depends_on_locality(policy: TrafficPolicy | None) -> bool:
    """Whether clients of different localities may get different endpoints by this policy or one of its ports'."""
    if policy is None:
        return False
    setting = policy.load_balancer.locality_lb_setting if policy.load_balancer else None
    ports = policy.port_level_settings
    return (
        policy.outlier_detection is not None
        or bool(setting and setting.distribute)
        or any(
            port.outlier_detection is not None or (port.load_balancer and port.load_balancer.locality_lb_setting)
            for port in ports
        )
    )


def prefer_near(
    groups: Sequence[LocalityEndpoints], policy: TrafficPolicy | None, client: Locality | None, *, enabled: bool
) -> tuple[LocalityEndpoints, ...]:
    """The groups with the priorities or weights that hold for a client at that locality."""
    setting = locality_setting(policy, enabled=enabled)
    if setting is None or client is None or policy is None or not client.region:
        return tuple(groups)
    if setting.distribute:
        return _distributed(groups, client, setting.distribute)
    if policy.outlier_detection is None:
        return tuple(groups)
    return _failing_over(groups, client, setting.failover)


def _failing_over(
    groups: Sequence[LocalityEndpoints], client: Locality, failover: Sequence[Failover]
) -> tuple[LocalityEndpoints, ...]:
    target = next((each.to for each in failover if each.from_ == client.region), None)
    distances = [_distance(group, client, target) for group in groups]
    ranks = {distance: rank for rank, distance in enumerate(sorted(set(distances)))}
    return tuple(replace(group, priority=ranks[each]) for group, each in zip(groups, distances, strict=True))


def _distance(group: LocalityEndpoints, client: Locality, target: str | None) -> int:
    if group.region != client.region:
        return 3 if target is None or group.region == target else 4
    if group.zone != client.zone:
        return 2
    return 0 if group.subzone == client.subzone else 1


def _distributed(
    groups: Sequence[LocalityEndpoints], client: Locality, rules: Sequence[Distribute]
) -> tuple[LocalityEndpoints, ...]:
    here = LocalityEndpoints(region=client.region, zone=client.zone, subzone=client.subzone)
    shares = next((rule.to for rule in rules if _matches(rule.from_, here)), None)
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
    matching = [pattern for pattern in shares if _matches(pattern, group)]
    return max(matching, key=lambda pattern: (pattern.count("/") - pattern.count("*"), pattern), default=None)


def _matches(pattern: str, group: LocalityEndpoints) -> bool:
    if pattern == "*":
        return True
    parts = pattern.split("/")
    own = (group.region, group.zone, group.subzone)
    return all(part in {"*", mine} for part, mine in zip(parts, own, strict=False))
