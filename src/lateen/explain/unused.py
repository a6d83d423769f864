"""Rules that have no part in what the caller's proxy was told, and why."""

from collections.abc import Iterator, Sequence

from envoy.config.core.v3.base_pb2 import Metadata

from lateen.api.destination_rule import DestinationRule
from lateen.api.gateway import Gateway
from lateen.api.meta import Resource
from lateen.api.problem import ResourceRef
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.explain.caller import Caller
from lateen.explain.passage import Passage
from lateen.explain.result import Unused
from lateen.explain.scoping import unused_by_sidecar
from lateen.explain.sources import config_ref, place_of, short_name
from lateen.model.hostname import covers, fully_qualified
from lateen.model.selection import selects
from lateen.resolve.gateway_name import MESH, gateway_name
from lateen.resolve.rules import full_hosts
from lateen.resolve.visibility import is_visible
from lateen.translate.names import ISTIO_METADATA


def unused(passage: Passage, caller: Caller) -> tuple[Unused, ...]:
    """VirtualServices, DestinationRules, Sidecars and, for a gateway, Gateways without effect on this proxy; and those
    that are in force for other hosts, but not for the one called."""
    used = _used(passage)
    found: list[Unused] = []
    for ref, resource in sorted(passage.scenario.resources.items()):
        reason = _reason(passage, caller, resource, used=ref in used)
        if reason:
            place = place_of(passage.scenario.documents, ref)
            found.append(Unused(kind=ref.kind, name=short_name(ref), reason=reason, file=place.file, line=place.line))
    return tuple(found)


def _used(passage: Passage) -> set[ResourceRef]:
    """Every resource that some part of the proxy's configuration names."""
    resources = passage.resources
    metadata = [
        *(cluster.metadata for cluster in resources.clusters.values()),
        *(listener.metadata for listener in resources.listeners.values()),
        *(chain.metadata for listener in resources.listeners.values() for chain in listener.filter_chains),
        *(
            route.metadata
            for config in resources.routes.values()
            for host in config.virtual_hosts
            for route in host.routes
        ),
    ]
    return {ref for each in metadata for config in _configs(each) if (ref := config_ref(config)) is not None}


def _configs(metadata: Metadata) -> Iterator[str]:
    if ISTIO_METADATA not in metadata.filter_metadata:
        return
    fields = metadata.filter_metadata[ISTIO_METADATA].fields
    yield from (fields[name].string_value for name in ("config", "delegate") if name in fields)
    if "configs" in fields:
        yield from (each.string_value for each in fields["configs"].list_value.values)


def _reason(passage: Passage, caller: Caller, resource: Resource, *, used: bool) -> str:
    match resource:
        case Sidecar():
            return unused_by_sidecar(passage, caller, resource)
        case VirtualService():
            return _shadowed(passage, resource) if used else _rule_reason(passage, caller, resource)
        case DestinationRule() if not used:
            return _destination_reason(passage, caller, resource)
        case Gateway() if caller.is_gateway and not selects(resource.spec.selector, caller.workload.labels):
            return "its selector chooses other gateways"
    return ""


def _shadowed(passage: Passage, rule: VirtualService) -> str:
    """Whether another rule governs the called host, though this one names it too."""
    governing = passage.rule_ref
    if governing is None or governing == rule.ref or passage.virtual_host is None:
        return ""
    called = passage.virtual_host.name.rpartition(":")[0]
    if not any(covers(host, called) for host in full_hosts(rule, passage.scenario.snapshot.settings.cluster_domain)):
        return ""
    return f"shadowed for {called}: VirtualService {short_name(governing)} is in force"


def _rule_reason(passage: Passage, caller: Caller, rule: VirtualService) -> str:
    namespace, settings = caller.workload.namespace, passage.scenario.snapshot.settings
    if not rule.spec.hosts:
        return "it has no hosts: other VirtualServices may delegate to it"
    gateways = [gateway_name(name, rule.metadata.namespace) for name in rule.spec.gateways or (MESH,)]
    if not caller.is_gateway and MESH not in gateways:
        return f"bound to {', '.join(gateways)}, not to sidecars (mesh)"
    if caller.is_gateway and not set(gateways) & set(_own_gateways(passage, caller)):
        return f"bound to {', '.join(gateways)}, not to a Gateway of this proxy"
    export_to = rule.spec.export_to or settings.default_virtual_service_export_to
    if not is_visible(export_to, rule.metadata.namespace, namespace):
        return f"not visible in namespace {namespace}: exportTo is {', '.join(export_to)}"
    if hidden := unused_by_sidecar(passage, caller, rule):
        return hidden
    complaints = [each for each in passage.scenario.resolver.problems() if each.resource == rule.ref]
    if complaints:
        return f"{complaints[0].code} {complaints[0].message}"
    if shadowed := _shadowed(passage, rule):
        return shadowed
    return f"no service that the caller sees is called {' or '.join(rule.spec.hosts)}, or no route is for this caller"


def _own_gateways(passage: Passage, caller: Caller) -> Sequence[str]:
    return [
        f"{each.metadata.namespace}/{each.metadata.name}"
        for each in passage.scenario.snapshot.gateways
        if selects(each.spec.selector, caller.workload.labels)
    ]


def _destination_reason(passage: Passage, caller: Caller, rule: DestinationRule) -> str:
    snapshot, namespace = passage.scenario.snapshot, caller.workload.namespace
    export_to = rule.spec.export_to or snapshot.settings.default_destination_rule_export_to
    if not is_visible(export_to, rule.metadata.namespace, namespace):
        return f"not visible in namespace {namespace}: exportTo is {', '.join(export_to)}"
    host = fully_qualified(rule.spec.host, rule.metadata.namespace, snapshot.settings.cluster_domain).lower()
    if not any(covers(host, hostname.lower()) for _, hostname in snapshot.services):
        return f"no service is called {rule.spec.host}"
    return "another DestinationRule is in force for the host, or it is not for this caller"
