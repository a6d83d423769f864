"""Subsets that VirtualServices route to must be declared by a DestinationRule for the host.

IST0101 for a subset that no DestinationRule declares.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.destinations import destinations_of
from lateen.analysis.messages import NOT_FOUND
from lateen.api.destination_rule import DestinationRule
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report every subset that is not declared."""
    declared = _declared(config)
    for rule in config.of(VirtualService):
        for target in destinations_of(rule):
            subsets = declared.get(config.hosts.qualified(target.host, rule.metadata.namespace), {})
            if target.subset and target.subset not in subsets:
                what = "mirror+subset in destinationrule" if target.is_mirror else "host+subset in destinationrule"
                known = f"its subsets are {', '.join(subsets)}" if subsets else ""
                hint = known or f"declare it in a DestinationRule for {target.host}"
                name = f"{target.host}+{target.subset}"
                yield NOT_FOUND.at(rule.ref, f"{target.path}.subset", what=what, name=name, hint=hint)


def _declared(config: Configuration) -> dict[str, dict[str, None]]:
    """The names of subsets by host."""
    found: dict[str, dict[str, None]] = {}
    for rule in config.of(DestinationRule):
        names = found.setdefault(config.hosts.qualified(rule.spec.host, rule.metadata.namespace), {})
        names.update((subset.name, None) for subset in rule.spec.subsets)
    return found
