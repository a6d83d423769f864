"""The traffic policy in force for one port and subset of a host. Rules: Istio's `MergeSubsetTrafficPolicy`."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from lateen.api.destination_rule import DestinationRule, TrafficPolicy
from lateen.model.settings import DefaultTrafficPolicy
from lateen.resolve.host_rule import HostRule, merge_rules

_PORT_BLOCKS = ("load_balancer", "connection_pool", "outlier_detection", "tls")
_BLOCKS = (*_PORT_BLOCKS, "tunnel", "proxy_protocol", "retry_budget")


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
