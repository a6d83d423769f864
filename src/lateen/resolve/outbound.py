"""The outbound side of a scope of sidecars: its listeners and its routes."""

from collections.abc import Iterator, Mapping, Sequence

from lateen.api.problem import Problem
from lateen.ir.listener import Http, Listener
from lateen.ir.names import domain_virtual_host
from lateen.ir.route import RouteConfig, VirtualHost
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, is_wildcard
from lateen.model.service import Service
from lateen.resolve.aliases import aliases_in
from lateen.resolve.destinations import facts, target_problems
from lateen.resolve.gateway_name import MESH
from lateen.resolve.http_routes import claim_problems
from lateen.resolve.outbound_listeners import listeners_of, shared_route, virtual_outbound
from lateen.resolve.rules import HostIndex, Rule, index_hosts, rules_of
from lateen.resolve.view import OutboundPart, OutboundView
from lateen.resolve.virtual_hosts import (
    PORT_OF_UNKNOWN_HOSTS,
    HostBuilder,
    PortHosts,
    PortServices,
    catch_all,
    service_domains,
    services_by_port,
)

MOST_DIRECT_RESPONSE = 1024 * 1024
"""The longest body a rule may answer with."""


def resolve_outbound(memo: Memo, *views: OutboundView) -> OutboundPart:
    """The listeners that traffic of the scope's workloads meets, and the routes of the HTTP ones among them.

    Of several views the first that speaks of an address and port, or of routes, decides what is done there.
    """
    first = memo.recall("virtual outbound", virtual_outbound, views[0].settings, views[0].elsewhere)
    listeners = {first.name: first}
    routes: dict[str, RouteConfig] = {}
    problems: list[Problem] = []
    for view in views:
        rules = [rule for rule in rules_of(view.memo, view.virtual_services, view.settings) if _is_mesh(rule)]
        index = view.memo.recall("host index", lambda *_, rules=rules: index_hosts(rules), *rules)
        problems += rule_problems(view.whole or view, rules)
        own: dict[str, Listener] = {}
        for made in listeners_of(view, index, taken=listeners):
            own[made.listener.name] = made.listener
            problems += made.problems
        for config, found in _route_configs(view, rules, index, own):
            routes.setdefault(config.name, config)
            problems += found
        listeners |= own
    return memo.recall(
        "part",
        OutboundPart,
        memo.keep("listeners", listeners),
        memo.keep("routes", routes),
        memo.recall("secrets", dict),
        memo.keep("problems", tuple(dict.fromkeys(problems))),
    )


def _is_mesh(rule: Rule) -> bool:
    return MESH in rule.gateways


def rule_problems(view: OutboundView, rules: Sequence[Rule]) -> Iterator[Problem]:
    """What is wrong with the rules wherever their requests come in: where they send, what they ask for in vain."""
    for rule in rules:
        targets = (*rule.http, *rule.l4)
        yield from view.memo.recall(
            ("problems", rule.ref),
            lambda *_, rule=rule, targets=targets: (
                *rule.problems,
                *target_problems(view, rule, targets),
                *claim_problems(rule),
            ),
            rule,
            *facts(view, targets, 0),
        )


def _route_configs(
    view: OutboundView, rules: Sequence[Rule], index: HostIndex, listeners: Mapping[str, Listener]
) -> Iterator[tuple[RouteConfig, Sequence[Problem]]]:
    wanted = _wanted_routes(listeners)
    by_port: Mapping[int, PortServices] = view.memo.recall("by port", services_by_port, view.services)
    speaking = _rules_by_port(rules, by_port, view.by_hostname)
    builder = HostBuilder(view, index, by_port, _domains(view))
    for port, names in wanted.items():
        if view.place.takes_any_port:
            found = builder.build_for_every_port(speaking)
        else:
            found = builder.build(port, speaking.get(port, ()))
        problems: Sequence[Problem] = found.problems
        for name in names:
            shared = name == shared_route(view.place, port)
            hosts = _port_hosts(view, found) if shared else _sniffed_hosts(view, name, found)
            config = RouteConfig(
                name=name,
                virtual_hosts=hosts,
                ignore_port=not view.place.takes_any_port,
                max_direct_response_bytes=MOST_DIRECT_RESPONSE,
            )
            yield view.memo.keep(("routes of", name), config), problems
            problems = ()


def _wanted_routes(listeners: Mapping[str, Listener]) -> dict[int, list[str]]:
    """The names of the route configurations that listeners ask for, by port."""
    wanted: dict[int, dict[str, None]] = {}
    for listener in listeners.values():
        for chain in listener.chains:
            if isinstance(chain.network, Http):
                wanted.setdefault(listener.binds[0].port, {})[chain.network.route_name] = None
    return {port: list(names) for port, names in wanted.items()}


def _rules_by_port(
    rules: Sequence[Rule], by_port: Mapping[int, PortServices], services: Mapping[str, Service]
) -> dict[int, list[Rule]]:
    """For each port the rules that may have a virtual host there, in order."""
    found: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.parts:
            for port in _ports(rule, by_port, services):
                found.setdefault(port, []).append(rule)
    return found


def _ports(rule: Rule, by_port: Mapping[int, PortServices], services: Mapping[str, Service]) -> set[int]:
    ports = {PORT_OF_UNKNOWN_HOSTS}
    for host in rule.hosts:
        if is_wildcard(host):
            ports |= {port for port, group in by_port.items() if any(covers(host, each) for each in group.all)}
        elif host in services:
            ports |= {port.number for port in services[host].ports}
    return ports


def _domains(view: OutboundView) -> dict[str, tuple[str, ...]]:
    memo, namespace, domain = view.memo, view.scope.namespace, view.settings.cluster_domain
    aliases = aliases_in(memo, view.services)
    return {
        service.hostname: memo.recall(
            ("domains", service.hostname),
            service_domains,
            service,
            memo.keep(("aliases", service.hostname), aliases.get(service.hostname, ())),
            namespace,
            domain,
        )
        for service in view.services
        if not service.alias_of
    }


def _port_hosts(view: OutboundView, found: PortHosts) -> tuple[VirtualHost, ...]:
    last = view.memo.recall("catch all", catch_all, view.settings, view.elsewhere)
    return (*(found.hosts[name] for name in sorted(found.hosts)), last)


def _sniffed_hosts(view: OutboundView, name: str, found: PortHosts) -> tuple[VirtualHost, ...]:
    """The one virtual host of a service whose listener takes its connections only, for whatever host they ask."""
    hostname, _, port = name.rpartition(":")
    host = found.hosts.get(domain_virtual_host(hostname, int(port)))
    return (view.memo.recall(("sniffed", name), _for_all, host),) if host else ()


def _for_all(host: VirtualHost) -> VirtualHost:
    return VirtualHost(name=host.name, domains=("*",), routes=host.routes)
