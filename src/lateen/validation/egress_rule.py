"""Rules for EgressRule. Source: `ValidateEgressRule` in Istio 0.5."""

from typing import Final

from lateen.api.egress_rule import EgressRule, EgressRuleSpec
from lateen.validation.field import Field
from lateen.validation.istio_service import check_outside_service
from lateen.validation.names import check_port

PROTOCOLS: Final = ("http", "https", "http2", "grpc", "tcp", "mongo", "redis")
CONNECTION_PROTOCOLS: Final = frozenset(("tcp", "mongo", "redis"))
"""What may be spoken with a range of addresses."""


def check_egress_rule(resource: EgressRule, root: Field) -> None:
    """Report everything about an EgressRule that Istio 0.5 would refuse."""
    spec, field = resource.spec, root / "spec"
    _check_destination(spec, field / "destination")
    _check_ports(spec, field / "ports")
    for name, value in (("useEgressProxy", spec.use_egress_proxy), ("use_egress_proxy", spec.elder_use_egress_proxy)):
        if value:
            message = "an egress proxy is not implemented for EgressRule"
            (field / name).error(message, "remove the field", "Unsupported")


def _check_destination(spec: EgressRuleSpec, field: Field) -> None:
    destination = spec.destination
    if destination is None:
        field.error("is required", 'add "destination: {service: ...}"', "MissingField")
        return
    others = {"name": destination.name, "namespace": destination.namespace, "domain": destination.domain}
    for name, value in {**others, "labels": destination.labels}.items():
        if value:
            (field / name).error("has no meaning outside of the mesh", "write service alone", "Unsupported")
    if destination.service:
        check_outside_service(destination.service, field / "service")
    else:
        (field / "service").error("is required", "write a domain, or a range of addresses", "MissingField")


def _check_ports(spec: EgressRuleSpec, field: Field) -> None:
    if not spec.ports:
        field.error("there are no ports", 'add "- {port: 80, protocol: http}"', "MissingField")
    seen: set[int] = set()
    is_range = spec.destination is not None and spec.destination.service.count("/") == 1
    for place, port in enumerate(spec.ports):
        where, protocol = field / place, port.protocol.lower()
        check_port(port.port, where / "port")
        if port.port in seen:
            (where / "port").error(f"port {port.port} is there twice", "keep one of them", "Duplicate")
        seen.add(port.port)
        if protocol not in PROTOCOLS:
            (where / "protocol").error(f'"{port.protocol[:80]}" is no protocol', f"write {', '.join(PROTOCOLS)}")
        elif is_range and protocol not in CONNECTION_PROTOCOLS:
            message = f"{port.protocol} needs a domain: it is routed by name"
            (where / "protocol").error(message, f"write {', '.join(sorted(CONNECTION_PROTOCOLS))}", "Conflict")
