"""VirtualServices for sidecars (the mesh gateway) must not define the same host where the same namespaces see them.

IST0109 for each of them; to the one that is in force for the host it is a warning.
"""

from collections.abc import Iterator, Sequence

from lateen.analysis.config import Configuration
from lateen.analysis.hosts import EVERYWHERE, scopes_of
from lateen.analysis.messages import MESH_HOST_CONFLICT
from lateen.analysis.subject import full_name
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService
from lateen.model.hostname import is_wildcard, overlaps
from lateen.model.legacy.outcome import age_of

MESH = "mesh"

_Rules = dict[str, VirtualService]
"""By `namespace/name`."""


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report each VirtualService that shares a host with another, once."""
    by_scope = _by_scope(config)
    everywhere = by_scope.get(EVERYWHERE, {})
    wild = {host: rules for host, rules in everywhere.items() if is_wildcard(host)}
    reported: set[str] = set()
    for scope, hosts in sorted(by_scope.items()):
        for host, rules in hosts.items():
            together = rules if scope == EVERYWHERE else {**rules, **_seen_everywhere(host, everywhere, wild)}
            for name in sorted(together) if len(together) > 1 else ():
                if name not in reported:
                    reported.add(name)
                    yield _conflict(config, together[name], host, sorted(together), _first(rules, scope))


def _by_scope(config: Configuration) -> dict[str, dict[str, _Rules]]:
    """VirtualServices by the namespace that sees them (`*`: all) and by host."""
    found: dict[str, dict[str, _Rules]] = {}
    for rule in config.of(VirtualService):
        if rule.spec.gateways and MESH not in rule.spec.gateways:
            continue
        namespace = rule.metadata.namespace
        export_to = rule.spec.export_to or config.settings.default_virtual_service_export_to
        for scope in scopes_of(export_to, namespace):
            for host in rule.spec.hosts:
                rules = found.setdefault(scope, {}).setdefault(config.hosts.qualified(host, namespace), {})
                rules[full_name(rule)] = rule
    return found


def _seen_everywhere(host: str, everywhere: dict[str, _Rules], wild: dict[str, _Rules]) -> _Rules:
    candidates = everywhere if is_wildcard(host) else {host: everywhere.get(host, {}), **wild}
    return {name: rule for other, rules in candidates.items() if overlaps(host, other) for name, rule in rules.items()}


def _first(rules: _Rules, scope: str) -> str:
    """The one that proxies of the namespace go by: its own one, then the oldest of those exported to it."""
    return min(rules, key=lambda name: (rules[name].metadata.namespace != scope, age_of(rules[name])))


def _conflict(config: Configuration, rule: VirtualService, host: str, names: Sequence[str], first: str) -> Problem:
    namespace = rule.metadata.namespace
    places = (n for n, each in enumerate(rule.spec.hosts) if overlaps(config.hosts.qualified(each, namespace), host))
    facts = {"names": ",".join(names), "host": host, "first": first}
    return MESH_HOST_CONFLICT.among(
        rule.ref, f"spec.hosts[{next(places, 0)}]", in_force=full_name(rule) == first, **facts
    )
