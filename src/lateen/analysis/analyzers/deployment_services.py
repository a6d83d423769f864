"""Services over one deployment must agree about its ports.

IST0116 for a port number that several services use with different transport protocols, IST0137 for a target port that
they reach by different port numbers.
"""

from collections.abc import Iterator, Sequence

from lateen.analysis.config import Configuration
from lateen.analysis.messages import PROTOCOL_CONFLICT, TARGET_PORT_CONFLICT, brackets
from lateen.analysis.subject import full_name
from lateen.analysis.workloads import template_workload
from lateen.api.deployment import Deployment
from lateen.api.problem import Problem
from lateen.api.service import Service
from lateen.model.selection import selects

_WAYPOINT = ("gateway.istio.io/managed", "istio.io-mesh-controller")
_PATH = "metadata.name"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report deployments of the mesh whose services contradict each other."""
    services: dict[str, list[Service]] = {}
    for service in config.of(Service):
        if service.spec.selector:
            services.setdefault(service.metadata.namespace, []).append(service)
    for deployment in config.of(Deployment):
        if deployment.metadata.labels.get(_WAYPOINT[0]) == _WAYPOINT[1] or not config.is_in_mesh(
            template_workload(deployment)
        ):
            continue
        labels = deployment.spec.template.metadata.labels
        over = [each for each in services.get(deployment.metadata.namespace, ()) if selects(each.spec.selector, labels)]
        yield from _protocol_conflicts(deployment, over)
        yield from _target_conflicts(deployment, over)


def _protocol_conflicts(deployment: Deployment, services: Sequence[Service]) -> Iterator[Problem]:
    by_port: dict[int, dict[str, list[str]]] = {}
    for service in services:
        for port in service.spec.ports:
            by_port.setdefault(port.port, {}).setdefault(port.protocol, []).append(full_name(service))
    for number, by_protocol in sorted(by_port.items()):
        if len(by_protocol) > 1:
            names = brackets(sorted(name for group in by_protocol.values() for name in group))
            facts = {"deployment": deployment.metadata.name, "port": str(number), "services": names}
            yield PROTOCOL_CONFLICT.at(deployment.ref, _PATH, **facts)


def _target_conflicts(deployment: Deployment, services: Sequence[Service]) -> Iterator[Problem]:
    by_target: dict[str, dict[int, str]] = {}
    for service in services:
        for port in service.spec.ports:
            by_target.setdefault(str(port.target_port or port.port), {})[port.port] = full_name(service)
    for target, by_port in sorted(by_target.items()):
        if len(by_port) > 1:
            facts = {
                "deployment": deployment.metadata.name,
                "services": brackets(sorted(by_port.values())),
                "target": target,
                "ports": brackets(sorted(by_port)),
            }
            yield TARGET_PORT_CONFLICT.at(deployment.ref, _PATH, **facts)
