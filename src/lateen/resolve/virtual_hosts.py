"""The virtual hosts of sidecars: one for each host that clients may call at a port.

Rules: `BuildSidecarOutboundVirtualHosts` and `generateVirtualHostDomains` in Istio.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from lateen.api.problem import Problem
from lateen.ir.names import (
    ALLOW_ANY,
    BLACK_HOLE_CLUSTER,
    BLOCK_ALL,
    PASSTHROUGH_CLUSTER,
    Side,
    domain_virtual_host,
    subset_key,
)
from lateen.ir.route import DirectResponse, Forward, Route, VirtualHost, WeightedCluster
from lateen.model.hostname import covers, is_address, is_wildcard
from lateen.model.service import Protocol, Service
from lateen.model.settings import MeshSettings, OutboundMode
from lateen.resolve.gateway_name import MESH
from lateen.resolve.http_actions import Listening
from lateen.resolve.http_routes import default_route, routes_of
from lateen.resolve.rules import HostIndex, Rule, Target
from lateen.resolve.view import OutboundView

CONFLICT = "IST0109"

PORT_OF_UNKNOWN_HOSTS = 80
"""The port at which rules also work for hosts that are no service: browsers' names, external sites."""


def is_requestable(protocol: Protocol) -> bool:
    """Whether a port's connections may carry requests."""
    return protocol.is_http or protocol is Protocol.AUTO


@dataclass(frozen=True, slots=True, eq=False)
class PortServices:
    """The services that have a port, by hostname; `requestable` are those whose port may carry requests."""

    all: Mapping[str, Service]
    requestable: Mapping[str, Service]


def services_by_port(services: Iterable[Service]) -> dict[int, PortServices]:
    """Services by their ports' numbers; aliases have none of their own."""
    found: dict[int, tuple[dict[str, Service], dict[str, Service]]] = {}
    for service in services:
        for port in service.ports if not service.alias_of else ():
            everything, requestable = found.setdefault(port.number, ({}, {}))
            everything[service.hostname] = service
            if is_requestable(port.protocol):
                requestable[service.hostname] = service
    return {number: PortServices(*pair) for number, pair in found.items()}


def service_domains(service: Service, aliases: tuple[str, ...], namespace: str, cluster_domain: str) -> tuple[str, ...]:
    """Every Host header that means the service for clients in `namespace`; the port in it is ignored."""
    names = [name for host in (service.hostname, *aliases) for name in host_names(host, namespace, cluster_domain)]
    if service.headless and service.is_kubernetes:
        names += [f"*.{name}" for name in names]
    addresses = (bracketed(address) for address in service.addresses if "/" not in address)
    return tuple(dict.fromkeys((*names, *addresses)))


def host_names(hostname: str, namespace: str, cluster_domain: str) -> Iterator[str]:
    """A hostname, its absolute form, and for services of the cluster the shorter names that DNS completes."""
    yield bracketed(hostname)
    if not is_address(hostname):
        yield f"{hostname}."
    suffix = f".svc.{cluster_domain}"
    name, dot, owner = hostname.removesuffix(suffix).partition(".")
    if not hostname.endswith(suffix) or not dot or is_wildcard(hostname):
        return
    if owner == namespace:
        yield name
    yield f"{name}.{owner}.svc"
    yield f"{name}.{owner}"


def bracketed(address: str) -> str:
    """An address as it stands in a Host header."""
    return f"[{address}]" if ":" in address and is_address(address) else address


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A virtual host before it is known which of its domains are still free."""

    hostname: str
    domains: tuple[str, ...]
    routes: tuple[Route, ...]
    rule: Rule | None


@dataclass(slots=True)
class PortHosts:
    """The virtual hosts of a port, by name, and what was found wrong on the way."""

    hosts: dict[str, VirtualHost] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class HostBuilder:
    """Builds the virtual hosts of one port after the other. `domains` has the names of every service."""

    view: OutboundView
    index: HostIndex
    by_port: Mapping[int, PortServices]
    domains: Mapping[str, tuple[str, ...]]

    def build(self, port: int, rules: Sequence[Rule]) -> PortHosts:
        """The virtual hosts at `port`, where `rules` are those that speak for some host there, in order of choice."""
        services = self.by_port[port]
        result = PortHosts()
        taken: dict[str, Rule | None] = {}
        governed: set[str] = set()
        for rule in rules:
            routes = routes_of(self.view, rule, Listening(port, MESH))
            if routes.routes:
                result.problems += routes.problems
                for candidate in self._of_rule(rule, routes.routes, port, services):
                    governed.add(candidate.hostname)
                    self._add(result, port, candidate, taken, services)
        for hostname, service in services.requestable.items():
            if hostname not in governed:
                route = self._default(service, port)
                self._add(result, port, _Candidate(hostname, self.domains[hostname], route, None), taken, services)
        return result

    def build_for_every_port(self, rules: Mapping[int, Sequence[Rule]]) -> PortHosts:
        """The virtual hosts of all ports in one, told apart by the port in the Host header; without one it is 80."""
        result = PortHosts()
        for port in sorted(self.by_port):
            found = self.build(port, rules.get(port, ()))
            result.problems += found.problems
            for name, host in found.hosts.items():
                result.hosts[name] = self.view.memo.recall(("with ports", name), _with_ports, host, port)
        return result

    def _of_rule(
        self, rule: Rule, routes: tuple[Route, ...], port: int, services: PortServices
    ) -> Iterator[_Candidate]:
        unknown, known = self._split(rule, services)
        served = [hostname for hostname in known if hostname in services.requestable]
        aliases = {host: names for host in unknown if (names := self._alias_names(host, port))}
        if not served and not aliases and port != PORT_OF_UNKNOWN_HOSTS:
            return
        for host in unknown:
            service = self.view.by_hostname.get(host)
            if served or service is None or service.alias_of:
                yield _Candidate(host, aliases.get(host, (bracketed(host),)), routes, rule)
        for hostname in served:
            yield _Candidate(hostname, self.domains[hostname], routes, rule)

    def _alias_names(self, host: str, port: int) -> tuple[str, ...]:
        """Every name of an alias that has the port itself; one without is only its full name, as if it were unknown."""
        alias = self.view.by_hostname.get(host)
        declared = alias.port(port) if alias is not None and alias.alias_of else None
        if declared is None or not is_requestable(declared.protocol):
            return ()
        return tuple(host_names(host, self.view.scope.namespace, self.view.settings.cluster_domain))

    def _split(self, rule: Rule, services: PortServices) -> tuple[list[str], list[str]]:
        """A rule's hosts that are no service of this port, and the services of this port that it governs.

        A wildcard governs the services for which there is no more specific rule.
        """
        unknown: list[str] = []
        known: dict[str, None] = {}
        for host in rule.hosts:
            if host in services.all and not is_wildcard(host):
                known[host] = None
                continue
            covered = [each for each in services.all if covers(host, each)] if is_wildcard(host) else []
            known |= dict.fromkeys(each for each in covered if self.index.wildcard_for(each) is rule)
            if not covered and host != "*":
                unknown.append(host)
        return unknown, list(known)

    def _default(self, service: Service, port: int) -> tuple[Route, ...]:
        name = subset_key(Side.OUTBOUND, "", service.hostname, port)
        cluster = name if name in self.view.clusters else BLACK_HOLE_CLUSTER
        target = Target(service.hostname, "", port, "")
        return self.view.memo.recall(
            ("default route", service.hostname, port),
            lambda *_: (default_route(self.view, target, cluster),),
            service,
            self.view.settings,
            self.view.rules.get(service.hostname),
            cluster,
        )

    def _add(
        self,
        result: PortHosts,
        port: int,
        candidate: _Candidate,
        taken: dict[str, Rule | None],
        services: PortServices,
    ) -> None:
        """Keep the domains that are still free: the first that claims one has it, and a full name is its service's."""
        name = domain_virtual_host(candidate.hostname, port)
        if name in result.hosts:
            result.problems += _conflict(candidate, taken)
            return
        domains = candidate.domains
        if not taken.keys().isdisjoint(domains) or not services.all.keys().isdisjoint(domains[1:]):
            full = candidate.hostname
            domains = tuple(
                each for each in domains if each not in taken and (each == full or each not in services.all)
            )
        if domains:
            taken.update(dict.fromkeys(domains, candidate.rule))
            result.hosts[name] = self.view.memo.recall(
                ("virtual host", name), _virtual_host, name, domains, candidate.routes
            )


def _with_ports(host: VirtualHost, port: int) -> VirtualHost:
    named = tuple(f"{domain}:{port}" for domain in host.domains)
    return msgspec.structs.replace(host, domains=(*host.domains, *named) if port == PORT_OF_UNKNOWN_HOSTS else named)


def _virtual_host(name: str, domains: tuple[str, ...], routes: tuple[Route, ...]) -> VirtualHost:
    return VirtualHost(name=name, domains=domains, routes=routes)


def _conflict(candidate: _Candidate, taken: Mapping[str, Rule | None]) -> Iterator[Problem]:
    first, rule = taken.get(candidate.domains[0]), candidate.rule
    if first is None or rule is None or first is rule:
        return
    older = f"{first.namespace}/{first.name}"
    names = f"{older},{rule.namespace}/{rule.name}"
    message = (
        f"The VirtualServices {names} of the mesh gateway all define the host {candidate.hostname}: "
        f"{older} is in force for it, this one is not"
    )
    path = next((f"spec.hosts[{n}]" for n, host in enumerate(rule.hosts) if covers(host, candidate.hostname)), "spec")
    yield rule.problem(path, CONFLICT, message, "merge the two into a single VirtualService", error=True)


def catch_all(settings: MeshSettings, elsewhere: str = PASSTHROUGH_CLUSTER) -> VirtualHost:
    """Where requests for unknown hosts go: on to the cluster `elsewhere`, or nowhere (502)."""
    if settings.outbound_mode is OutboundMode.ALLOW_ANY:
        action = Forward(clusters=(WeightedCluster(cluster=elsewhere),), max_grpc_timeout_ms=0)
        return VirtualHost(name=ALLOW_ANY, domains=("*",), routes=(Route(name=ALLOW_ANY, action=action),))
    blocked = Route(name=BLOCK_ALL, action=DirectResponse(status=502))
    return VirtualHost(name=BLOCK_ALL, domains=("*",), routes=(blocked,))
