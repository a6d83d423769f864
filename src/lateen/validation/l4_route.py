"""TCP and TLS routes of a VirtualService. Rules: `validateTCPRoute` and `validateTLSRoute` in Istio."""

from collections.abc import Sequence

from lateen.api.virtual_service import (
    L4MatchAttributes,
    RouteDestination,
    TCPRoute,
    TLSMatchAttributes,
    TLSRoute,
    VirtualServiceSpec,
)
from lateen.validation.destination import check_destination, check_weights
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain, covers, is_cluster_name
from lateen.validation.http_match import check_gateway_names, check_source
from lateen.validation.names import LABEL_HINT, is_cidr, is_ip, is_label


def check_tcp_route(route: TCPRoute, field: Field) -> None:
    for place, match in enumerate(route.match):
        _check_match(match, field.at("match", place))
    _check_targets(route.route, field)


def check_tls_route(route: TLSRoute, spec: VirtualServiceSpec, field: Field) -> None:
    """Report what a TLS route of a VirtualService cannot do."""
    if not route.match:
        (field / "match").error("is empty", "match at least one server name: sniHosts", "MissingField")
    for place, match in enumerate(route.match):
        where = field.at("match", place)
        _check_match(match, where)
        if not match.sni_hosts:
            (where / "sniHosts").error("is empty", "name at least one host", "MissingField")
        for each, name in enumerate(match.sni_hosts):
            _check_server_name(name, spec, where.at("sniHosts", each))
    _check_targets(route.route, field)


def _check_server_name(name: str, spec: VirtualServiceSpec, field: Field) -> None:
    if is_ip(name):
        field.warn(f"{name} is an IP address", "most clients send no server name for an address: use a name")
        return
    if "mesh" in spec.gateways or not is_cluster_name(name):
        check_wildcard_domain(name, field)
    if not any(covers(host, name) for host in spec.hosts):
        field.error(f'"{name[:80]}" is none of the hosts', f"the VirtualService has {', '.join(spec.hosts)}")


def _check_match(match: L4MatchAttributes | TLSMatchAttributes, field: Field) -> None:
    for place, subnet in enumerate(match.destination_subnets):
        check_subnet(subnet, field.at("destinationSubnets", place))
    check_source(match.port, match.source_labels, field)
    if match.source_namespace and not is_label(match.source_namespace):
        message = f'no namespace is called "{match.source_namespace[:80]}"'
        (field / "sourceNamespace").warn(message, LABEL_HINT, "InvalidName")
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
