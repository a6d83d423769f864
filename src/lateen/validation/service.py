"""Rules for Service. Source: Kubernetes' `ValidateService`."""

from lateen.api.service import Service, ServicePort, ServiceSpec
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.names import LABEL_HINT, check_labels, check_port, is_dns_label, is_ip
from lateen.validation.ports import check_port_or_name

TRANSPORTS = ("TCP", "UDP", "SCTP")

GATEWAY_LABEL = "istio"
"""The label by which Gateways choose their pods (`istio: ingressgateway`)."""


def check_service(resource: Service, root: Field) -> None:
    """Report everything about a Service that Kubernetes would refuse."""
    spec, field = resource.spec, root / "spec"
    check_labels(spec.selector, field / "selector")
    if not spec.ports and spec.type != "ExternalName" and spec.cluster_ip != "None":
        (field / "ports").error("is empty", "add at least one port", "MissingField")
    _check_ports(spec, field / "ports")
    if spec.cluster_ip not in ("", "None") and not is_ip(spec.cluster_ip):
        (field / "clusterIP").error(f'"{spec.cluster_ip}" is no address', 'write an IP address, or "None" for headless')
    if spec.cluster_ip == "None" and spec.type in ("NodePort", "LoadBalancer"):
        (field / "clusterIP").error(f"a {spec.type} service cannot be headless", "remove clusterIP", "Conflict")
    for place, address in enumerate(spec.external_ips):
        if not is_ip(address):
            field.at("externalIPs", place).error(f'"{address}" is no address', "write an IP address", "InvalidAddress")
    if spec.type == "ExternalName":
        _check_external_name(spec, field)
    if spec.type in ("NodePort", "LoadBalancer") and GATEWAY_LABEL not in spec.selector:
        message = f"{spec.type} opens ports on this machine only for the pods of a gateway"
        (field / "type").warn(message, "reach the service through a Gateway and a VirtualService", "NoEffect")


def _check_external_name(spec: ServiceSpec, field: Field) -> None:
    if not spec.external_name:
        (field / "externalName").error(
            "is required for type ExternalName", "write the name it stands for", "MissingField"
        )
    elif not is_fqdn(spec.external_name):
        hint = "write a DNS name without port"
        (field / "externalName").error(f'"{spec.external_name[:80]}" is no name', hint, "InvalidHost")
    if spec.cluster_ip:
        (field / "clusterIP").error("an ExternalName service has no address", "remove it", "Conflict")


def _check_ports(spec: ServiceSpec, field: Field) -> None:
    names: set[str] = set()
    numbers: set[tuple[int, str]] = set()
    for place, port in enumerate(spec.ports):
        where = field / place
        if not port.name and len(spec.ports) > 1:
            hint = "name every port when there are several, like http or tcp-db"
            (where / "name").error("is required", hint, "MissingField")
        elif port.name and not is_dns_label(port.name):
            (where / "name").error(f'"{port.name[:80]}" is no port name', LABEL_HINT, "InvalidName")
        if port.name and port.name in names:
            (where / "name").error(f'the name "{port.name}" is there twice', "rename one of them", "Duplicate")
        if (port.port, port.protocol) in numbers:
            (where / "port").error(f"{port.port}/{port.protocol} is there twice", "remove one of them", "Duplicate")
        names.add(port.name)
        numbers.add((port.port, port.protocol))
        _check_port(port, spec, where)


def _check_port(port: ServicePort, spec: ServiceSpec, field: Field) -> None:
    if port.protocol not in TRANSPORTS:
        hint = f"write TCP, and appProtocol: {port.protocol.lower()[:20]} for what it carries"
        (field / "protocol").error(f'must be one of {", ".join(TRANSPORTS)}, not "{port.protocol[:80]}"', hint)
    check_port(port.port, field / "port")
    if port.target_port is not None:
        check_port_or_name(port.target_port, field / "targetPort")
    if port.node_port:
        check_port(port.node_port, field / "nodePort")
        if spec.type not in ("NodePort", "LoadBalancer"):
            (field / "nodePort").error(f"a {spec.type} service has no node port", "write type: NodePort", "Conflict")
