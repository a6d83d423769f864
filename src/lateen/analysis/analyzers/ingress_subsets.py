"""A VirtualService for a gateway routes by itself: the subsets of another one for the same host don't apply to it.

IST0140 for a route of a gateway's VirtualService to a host without a subset, where another has subsets of that host.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.destinations import destinations_of
from lateen.analysis.messages import NO_EFFECT_ON_INGRESS
from lateen.analysis.subject import full_name
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report routes whose author may expect subsets to apply."""
    with_subsets = _with_subsets(config)
    for rule in config.of(VirtualService):
        if not rule.spec.gateways:
            continue
        own = full_name(rule)
        for target in destinations_of(rule):
            if target.subset or target.is_mirror or target.protocol != "http":
                continue
            host = config.hosts.qualified(target.host, rule.metadata.namespace)
            for other in with_subsets.get(host, ()):
                if other != own:
                    yield NO_EFFECT_ON_INGRESS.at(rule.ref, f"{target.path}.host", subset_rule=other, rule=own)


def _with_subsets(config: Configuration) -> dict[str, dict[str, None]]:
    """The VirtualServices that route their own host to subsets of it, by host."""
    found: dict[str, dict[str, None]] = {}
    for rule in config.of(VirtualService):
        namespace = rule.metadata.namespace
        hosts = {config.hosts.qualified(host, namespace) for host in rule.spec.hosts}
        for target in destinations_of(rule):
            host = config.hosts.qualified(target.host, namespace)
            if target.protocol == "http" and not target.is_mirror and target.subset and host in hosts:
                found.setdefault(host, {})[f"{namespace}/{rule.metadata.name}"] = None
    return found
