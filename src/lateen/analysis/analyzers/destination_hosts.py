"""Destinations of VirtualServices must be services that are known to the rule's namespace, at a port they have.

IST0101 for an unknown host or port, IST0112 for a service of several ports where the destination names none.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.destinations import RuleTarget, destinations_of
from lateen.analysis.messages import NOT_FOUND, PORT_REQUIRED, brackets
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService
from lateen.model.service import Service


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report every destination that leads nowhere."""
    for rule in config.of(VirtualService):
        for target in destinations_of(rule):
            service = config.hosts.find(target.host, rule.metadata.namespace, rule.spec.export_to)
            if service is None:
                what = "mirror host" if target.is_mirror else "host"
                hint = "apply the service, or correct the name"
                yield NOT_FOUND.at(rule.ref, f"{target.path}.host", what=what, name=target.host, hint=hint)
            elif problem := _port_problem(rule, target, service):
                yield problem


def _port_problem(rule: VirtualService, target: RuleTarget, service: Service) -> Problem | None:
    numbers = [port.number for port in service.ports]
    if not target.port:
        if len(numbers) < 2:
            return None
        return PORT_REQUIRED.at(
            rule.ref, target.path, host=target.host, ports=brackets(numbers), hint="add port.number"
        )
    if target.port in numbers:
        return None
    hint = f"the service has {', '.join(map(str, numbers)) or 'no ports'}"
    name = f"{target.host}:{target.port}"
    return NOT_FOUND.at(rule.ref, f"{target.path}.port", what="host:port", name=name, hint=hint)
