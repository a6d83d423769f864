"""TCP and TLS routes of a VirtualService. Rules: `validateTCPRoute` and `validateTLSRoute` in Istio."""

from collections.abc import Sequence

from lateen.api.virtual_service import L4MatchAttributes, RouteDestination, TCPRoute, TLSMatchAttributes, TLSRoute
from lateen.validation.destination import check_destination, check_weights
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain, covers
from lateen.validation.http_match import check_gateway_names, check_source
from lateen.validation.names import is_cidr, is_ip


def check_tcp_route(route: TCPRoute, field: Field) -> None:
    for place, match in enumerate(route.match):
        _check_match(match, field.at("match", place))
    _check_targets(route.route, field)


def check_tls_route(route: TLSRoute, hosts: Sequence[str], field: Field) -> None:
    """Report what a TLS route of a VirtualService for `hosts` cannot do."""
    if not route.match:
        (field / "match").error("is empty", "match at least one server name: sniHosts", "MissingField")
    for place, match in enumerate(route.match):
        where = field.at("match", place)
        _check_match(match, where)
        if not match.sni_hosts:
            (where / "sniHosts").error("is empty", "name at least one host", "MissingField")
        for each, name in enumerate(match.sni_hosts):
            _check_server_name(name, hosts, where.at("sniHosts", each))
    _check_targets(route.route, field)


def _check_server_name(name: str, hosts: Sequence[str], field: Field) -> None:
    if is_ip(name):
        field.warn(f"{name} is an IP address", "most clients send no server name for an address: use a name")
        return
    check_wildcard_domain(name, field)
    if not any(covers(host, name) for host in hosts):
        field.error(f'"{name[:80]}" is none of the hosts', f"the VirtualService has {', '.join(hosts)}")


def _check_match(match: L4MatchAttributes | TLSMatchAttributes, field: Field) -> None:
    for place, subnet in enumerate(match.destination_subnets):
        check_subnet(subnet, field.at("destinationSubnets", place))
    check_source(match.port, match.source_labels, match.source_namespace, field)
    check_gateway_names(match.gateways, field / "gateways")


def check_subnet(text: str, field: Field) -> None:
    """Report what is neither an address nor a range of them."""
    if not is_ip(text) and not is_cidr(text):
        field.error(f'"{text[:80]}" is no address', "write 10.0.0.1 or 10.0.0.0/16", "InvalidAddress")


def _check_targets(targets: Sequence[RouteDestination], field: Field) -> None:
    if not targets:
        field.error("the route has no destination", 'add "route:" with a destination', "MissingField")
    check_weights(targets, field / "route")
    for place, target in enumerate(targets):
        check_destination(target.destination, field.at("route", place, "destination"))
