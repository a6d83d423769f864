"""EgressRules into ServiceEntries."""

from collections.abc import Iterator
from ipaddress import ip_network

from lateen.api.egress_rule import EgressPort, EgressRule
from lateen.api.problem import Problem
from lateen.api.service_entry import ServiceEntry, ServiceEntrySpec, ServicePort
from lateen.model.legacy.host import DEFAULT_NAMESPACE
from lateen.model.legacy.outcome import NETWORKING, metadata, problem

EVERYTHING = "*"


def service_entry(rule: EgressRule, cluster_domain: str) -> ServiceEntry | None:
    """The service that a rule declares; clients look its address up. None for every host there is."""
    service = rule.spec.destination.service if rule.spec.destination else ""
    if service in ("", EVERYTHING):
        return None
    meta = rule.metadata
    by_address = _is_address(service)
    host = f"{meta.name}.{meta.namespace or DEFAULT_NAMESPACE}.svc.{cluster_domain}" if by_address else service
    return ServiceEntry(
        api_version=NETWORKING,
        kind="ServiceEntry",
        metadata=metadata(meta.name, meta.namespace, rule),
        spec=ServiceEntrySpec(
            hosts=(host,),
            addresses=(service,) if by_address else (),
            ports=tuple(map(_port, rule.spec.ports)),
            location="MESH_EXTERNAL",
            resolution="NONE",
        ),
    )


def _is_address(service: str) -> bool:
    """Whether it is an address, or a range of them."""
    try:
        ip_network(service, strict=False)
    except ValueError:
        return False
    return True


def _port(port: EgressPort) -> ServicePort:
    protocol = port.protocol.lower()
    return ServicePort(number=port.port, name=f"{protocol}-{port.port}", protocol=protocol.upper())


def egress_problems(rule: EgressRule) -> Iterator[Problem]:
    """What a rule no longer does."""
    if rule.spec.destination and rule.spec.destination.service == EVERYTHING:
        message = "there is no ServiceEntry for every host; the rule has no effect"
        hint = 'the mesh lets unknown traffic pass unless "outboundTrafficPolicy.mode" is REGISTRY_ONLY'
        yield problem(rule, "spec.destination.service", "NoEffect", message, hint)
    for place, port in enumerate(rule.spec.ports):
        if port.protocol.lower() == "https":
            message = f"clients must speak TLS on port {port.port} themselves; in Istio 0.5 their proxy did it for them"
            hint = f"call https://..., or add a DestinationRule with tls.mode SIMPLE for port {port.port}"
            yield problem(rule, f"spec.ports[{place}].protocol", "BehaviorChanged", message, hint)
