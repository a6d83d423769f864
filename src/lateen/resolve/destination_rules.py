"""Destination rules: which one governs a host for a client, and the policy it sets for each port and subset."""

from dataclasses import dataclass

from lateen.api.destination_rule import DestinationRule, Subset, TrafficPolicy

_PORT_BLOCKS = ("load_balancer", "connection_pool", "outlier_detection", "tls")
_BLOCKS = (*_PORT_BLOCKS, "tunnel", "proxy_protocol", "retry_budget")


@dataclass(frozen=True, slots=True, eq=False)
class HostRule:
    """One namespace's destination rules for one host, merged: subsets of all, the policy of the oldest that has one."""

    traffic_policy: TrafficPolicy | None
    subsets: tuple[Subset, ...]
    sources: tuple[DestinationRule, ...]

    def subset(self, name: str) -> Subset | None:
        """The subset of that name."""
        return next((subset for subset in self.subsets if subset.name == name), None)


def policy_for(rule: HostRule, port: int, subset: str = "") -> TrafficPolicy | None:
    """The policy for one port and subset of the rule's host, without port-level settings.

    A subset's policy replaces the host's block by block; settings for the port replace all blocks, and what they leave
    out has its default (Istio's `MergeSubsetTrafficPolicy`).
    """
    policy = _overlay(None, rule.traffic_policy, port)
    chosen = rule.subset(subset) if subset else None
    return _overlay(policy, chosen.traffic_policy, port) if chosen else policy


def _overlay(below: TrafficPolicy | None, above: TrafficPolicy | None, port: int) -> TrafficPolicy | None:
    if above is None:
        return below
    blocks = {name: getattr(above, name) or getattr(below, name, None) for name in _BLOCKS}
    for settings in above.port_level_settings:
        if settings.port is not None and settings.port.number == port:
            blocks |= {name: getattr(settings, name) for name in _PORT_BLOCKS}
    return TrafficPolicy(**blocks)
