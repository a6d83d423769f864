"""What the Sidecar in force keeps from its workloads."""

from collections.abc import Iterator

from lateen.api.meta import Resource
from lateen.api.sidecar import IstioEgressListener, Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.explain.caller import Caller
from lateen.explain.naming import look_up
from lateen.explain.passage import Passage
from lateen.explain.result import Step, Topic, Verdict
from lateen.explain.scenario import Scenario
from lateen.explain.sources import place_of, short_name
from lateen.explain.story import step
from lateen.model.hostname import overlaps
from lateen.model.service import Service
from lateen.resolve.egress import place_of as listening_place
from lateen.resolve.imports import host_list
from lateen.resolve.rules import full_hosts
from lateen.resolve.visibility import is_visible

_UNKNOWN = frozenset({Verdict.BLOCKED, Verdict.PASSTHROUGH, Verdict.BLACK_HOLE})
_NOT_REACHED = _UNKNOWN | {Verdict.NOT_FOUND, Verdict.NO_LISTENER}


def sidecar_in_force(scenario: Scenario, caller: Caller) -> Sidecar | None:
    """The Sidecar that the caller's proxy is scoped by."""
    return scenario.resolver.sidecar_for(caller.proxy) if caller.proxy is not None else None


def scoping(passage: Passage, caller: Caller, verdict: Verdict) -> Iterator[Step]:
    """Why a call does not reach a service of the mesh, where that is the Sidecar's doing."""
    sidecar = sidecar_in_force(passage.scenario, caller)
    if sidecar is None or verdict not in _NOT_REACHED:
        return
    name = f"Sidecar {short_name(sidecar.ref)}"
    service = _called(passage, caller)
    if service is not None:
        path, reason = _why_hidden(sidecar, service, passage.call.port, caller.workload.namespace)
        if reason:
            where = f", {path}" if path else ""
            place = place_of(passage.scenario.documents, sidecar.ref, path)
            yield step(Topic.HOST, f"{service.hostname} is hidden by {name}{where}: {reason}", place)
    policy = sidecar.spec.outbound_traffic_policy
    if policy is not None and verdict in _UNKNOWN:
        place = place_of(passage.scenario.documents, sidecar.ref, "outboundTrafficPolicy")
        yield step(Topic.NOTE, f"{name} says what becomes of unknown hosts: {policy.mode}", place)


def _called(passage: Passage, caller: Caller) -> Service | None:
    """The service that the call means and that would be seen without a Sidecar."""
    call, namespace = passage.call, caller.workload.namespace
    host = call.authority.rpartition(":")[0] or call.authority
    hosts = (host, call.address) if passage.manager is not None else (call.address,)
    found = (look_up(passage.scenario, each.strip("[]"), namespace).service for each in hosts)
    return next((each for each in found if each and is_visible(each.export_to, each.namespace, namespace)), None)


def _why_hidden(sidecar: Sidecar, service: Service, port: int, namespace: str) -> tuple[str, str]:
    """The egress listener at fault and why; no reason: the service is imported."""
    egress = sidecar.spec.egress
    number = next((number for number, each in enumerate(egress) if _listens(each, port)), None)
    if number is None:
        return "", f"no egress listener is for port {port}" if egress else ""
    hosts = host_list(egress[number].hosts, namespace)
    if hosts.admits(service.namespace, service.hostname):
        return "", ""
    listed = ", ".join(egress[number].hosts)
    verb = "excludes" if hosts.names(service.namespace, service.hostname) else "does not import"
    return f"egress[{number}]", f"its list of hosts ({listed}) {verb} {service.namespace}/{service.hostname}"


def _listens(listener: IstioEgressListener, port: int) -> bool:
    return listening_place(listener).only_port in {None, port} and (listener.port is None or bool(listener.port.number))


def unused_by_sidecar(passage: Passage, caller: Caller, resource: Resource) -> str:
    """Why a resource has no part in what the caller sees: the Sidecar in force, or another in its place."""
    sidecar = sidecar_in_force(passage.scenario, caller)
    if isinstance(resource, Sidecar):
        return "" if resource is sidecar or caller.is_gateway else _not_in_force(resource, sidecar, caller)
    if sidecar is None or not isinstance(resource, VirtualService) or not sidecar.spec.egress:
        return ""
    namespace = resource.metadata.namespace
    names = full_hosts(resource, passage.scenario.snapshot.settings.cluster_domain)
    lists = [host_list(listener.hosts, caller.workload.namespace) for listener in sidecar.spec.egress]
    if any(each.admits(namespace, name, overlaps) for each in lists for name in names):
        return ""
    return f"Sidecar {short_name(sidecar.ref)} imports none of its hosts from namespace {namespace}"


def _not_in_force(other: Sidecar, sidecar: Sidecar | None, caller: Caller) -> str:
    if sidecar is not None:
        return f"Sidecar {short_name(sidecar.ref)} is in force for {caller.name}"
    return f"it is not for {caller.name}: it selects other workloads, or is of another namespace"
