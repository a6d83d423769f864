"""Gateways must select workloads, and the services in front of these must have the Gateway's ports.

IST0101 for a selector that selects nothing, IST0162 for a port that no service has.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NOT_FOUND, PORT_NOT_ON_SERVICE
from lateen.analysis.subject import selector_text
from lateen.analysis.workloads import Workload
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.service import Service, ServicePort
from lateen.model.selection import selects


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report Gateways that nothing serves, and ports that cannot be reached through a service."""
    services: dict[str, list[Service]] = {}
    for service in config.of(Service):
        services.setdefault(service.metadata.namespace, []).append(service)
    known: dict[str, tuple[bool, frozenset[int]]] = {}
    for gateway in config.of(Gateway):
        selector = gateway.spec.selector
        text = selector_text(selector)
        if text not in known:
            workloads = list(config.workloads.selected(selector))
            known[text] = bool(workloads), frozenset(n for each in workloads for n in _numbers(each, services))
        exists, numbers = known[text]
        if not exists:
            hint = "it must be the labels of a gateway's pods"
            yield NOT_FOUND.at(gateway.ref, "spec.selector", what="selector", name=text, hint=hint)
            continue
        for place, server in enumerate(gateway.spec.servers):
            if server.port.number not in numbers:
                facts = {"port": str(server.port.number), "selector": text}
                yield PORT_NOT_ON_SERVICE.at(gateway.ref, f"spec.servers[{place}].port.number", **facts)


def _numbers(workload: Workload, services: dict[str, list[Service]]) -> Iterator[int]:
    """The port numbers, and target ports, of the services over a workload."""
    for service in services.get(workload.namespace, ()):
        if service.spec.selector and selects(service.spec.selector, workload.labels):
            for port in service.spec.ports:
                if port.protocol == "TCP":
                    yield from (port.port, _target(port, workload)) if _target(port, workload) else (port.port,)


def _target(port: ServicePort, workload: Workload) -> int:
    if isinstance(port.target_port, int):
        return port.target_port
    named = (each for container in workload.spec.containers for each in container.ports)
    return next((each.container_port for each in named if each.name == port.target_port), 0)
