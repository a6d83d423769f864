"""Names of service ports should say their protocol: `http`, `grpc-web`, `tcp-…`.

IST0118 for a port whose protocol is detected, IST0150 for one of an ExternalName service, where nothing can be.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import EXTERNAL_NAME_PORT, PORT_NAME
from lateen.analysis.system import is_control_plane
from lateen.api.problem import Problem
from lateen.api.service import Service, ServicePort
from lateen.model.protocol import service_port_protocol
from lateen.model.service import Protocol

_MANAGED = "gateway.istio.io/managed"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report ports of users' services whose names say nothing."""
    for service in config.of(Service):
        if is_control_plane(service.metadata.labels) or service.metadata.labels.get(_MANAGED):
            continue
        external = service.spec.type == "ExternalName"
        for place, port in enumerate(service.spec.ports):
            if not _is_unnamed(port) and not (external and port.name == "tcp"):
                continue
            path = f"spec.ports[{place}].name"
            if external:
                yield EXTERNAL_NAME_PORT.at(service.ref, path, hint="name it http, or tls, or tcp-…")
                continue
            target = port.target_port or port.port
            hint = "name it http, http2, grpc, tls or tcp, or one of them with a suffix: http-web"
            yield PORT_NAME.at(service.ref, path, name=port.name, port=port.port, target=target, hint=hint)


def _is_unnamed(port: ServicePort) -> bool:
    return service_port_protocol(port.port, port.name, port.protocol, port.app_protocol) is Protocol.AUTO
