"""Destinations: the cluster a target means, what is known about it, and what is wrong with it."""

from collections.abc import Iterable, Iterator

from lateen.api.destination_rule import TrafficPolicy
from lateen.api.load_balancer import ConsistentHashLB
from lateen.api.problem import Problem
from lateen.ir.names import BLACK_HOLE_CLUSTER, Side, subset_key
from lateen.model.service import Service
from lateen.resolve.aliases import stands_for
from lateen.resolve.rules import Rule, Target
from lateen.resolve.view import OutboundView

REFERENCE = "IST0101"
PORT_NEEDED = "IST0112"


def service_for(view: OutboundView, host: str) -> Service | None:
    """The service a host means; an alias means what it stands for."""
    service = view.by_hostname.get(host)
    if service is not None and service.alias_of:
        return view.by_hostname.get(stands_for(view.by_hostname, service), service)
    return service


def port_for(service: Service | None, target: Target, listener_port: int) -> int:
    """The target's port: its own, else the service's only one, else the listener's (`GetDestinationCluster`)."""
    if target.port:
        return target.port
    if service is not None and len(service.ports) == 1:
        return service.ports[0].number
    return listener_port


def cluster_for(view: OutboundView, target: Target, listener_port: int) -> str | None:
    """The cluster's name, or `None` if the scope has no such cluster."""
    service = service_for(view, target.host)
    host = service.hostname if service else target.host
    name = subset_key(Side.OUTBOUND, target.subset, host, port_for(service, target, listener_port))
    return name if name in view.clusters else None


def cluster_or_black_hole(view: OutboundView, target: Target, listener_port: int) -> str:
    """The cluster's name, or that of the cluster without endpoints: requests get 503, connections are closed."""
    return cluster_for(view, target, listener_port) or BLACK_HOLE_CLUSTER


def policy_of(view: OutboundView, target: Target, listener_port: int) -> TrafficPolicy | None:
    """What destination rules say of the target's cluster."""
    service = service_for(view, target.host)
    host = service.hostname if service else target.host
    return view.policy_for(host, port_for(service, target, listener_port), target.subset)


def hash_for(view: OutboundView, target: Target, listener_port: int) -> ConsistentHashLB | None:
    """What the target's destination rule balances by, if it asks for a consistent hash."""
    policy = policy_of(view, target, listener_port)
    return policy.load_balancer.consistent_hash if policy and policy.load_balancer else None


def facts(view: OutboundView, targets: Iterable[Target], listener_port: int) -> Iterator[object]:
    """What routes to `targets` depend on: the inputs by which a memo tells whether they must be built again."""
    for target in targets:
        service = service_for(view, target.host)
        yield service
        yield view.rules.get(service.hostname if service else target.host)
        yield cluster_for(view, target, listener_port)


def target_problems(view: OutboundView, rule: Rule, targets: Iterable[Target]) -> Iterator[Problem]:
    """What is wrong with targets whatever port they are reached through."""
    for target in targets:
        service = service_for(view, target.host)
        if service is None:
            yield _missing(rule, target, "host", "host", target.host, "apply the service, or correct the name")
            continue
        if target.port and service.port(target.port) is None:
            ports = ", ".join(str(port.number) for port in service.ports)
            name = f"{target.host}:{target.port}"
            yield _missing(rule, target, "port", "host:port", name, f"the service has {ports}")
        governing = view.rules.get(service.hostname)
        if target.subset and (governing is None or governing.subset(target.subset) is None):
            known = ", ".join(subset.name for subset in governing.subsets) if governing else ""
            hint = f"its subsets are {known}" if known else f"declare it in a DestinationRule for {target.host}"
            name = f"{target.host}+{target.subset}"
            yield _missing(rule, target, "subset", "host+subset in destinationrule", name, hint)


def _missing(rule: Rule, target: Target, field: str, kind: str, name: str, hint: str) -> Problem:
    message = f'Referenced {kind} not found: "{name}"'
    return rule.problem(f"{target.path}.{field}", REFERENCE, message, hint, error=True, source=target.source)


def port_problems(view: OutboundView, rule: Rule, targets: Iterable[Target], listener_port: int) -> Iterator[Problem]:
    """Targets without a port, of services that have several and not the one the request came in by."""
    for target in targets:
        service = service_for(view, target.host)
        if service is None or target.port or len(service.ports) < 2 or service.port(listener_port) is not None:
            continue
        ports = " ".join(str(port.number) for port in service.ports)
        message = (
            f'This VirtualService routes to a service "{target.host}" that exposes multiple ports [{ports}]. '
            "Specifying a port in the destination is required to disambiguate."
        )
        hint = f"add port.number; requests at port {listener_port} are answered 503 until then"
        yield rule.problem(target.path, PORT_NEEDED, message, hint, error=True, source=target.source)
