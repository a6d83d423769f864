"""Rules for VirtualService. Source: `ValidateVirtualService` in Istio."""

from collections.abc import Sequence

from lateen.api.virtual_service import VirtualService, VirtualServiceSpec
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain, is_cluster_name, is_wildcard_domain, matches
from lateen.validation.http_match import check_gateway_names
from lateen.validation.http_route import check_http_route
from lateen.validation.l4_route import check_tcp_route, check_tls_route
from lateen.validation.names import is_ip
from lateen.validation.unreachable import check_unreachable
from lateen.validation.visibility import check_export_to


def check_virtual_service(resource: VirtualService, root: Field) -> None:
    """Report everything about a VirtualService that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    gateway = bool(spec.gateways) and "mesh" not in spec.gateways
    if spec.hosts:
        names_servers = gateway and any(match.sni_hosts for tls in spec.tls for match in tls.match)
        _check_hosts(spec.hosts, field / "hosts", mesh=not gateway, names_servers=names_servers)
    else:
        _check_delegate(spec, field)
    check_gateway_names(spec.gateways, field / "gateways")
    check_export_to(spec.export_to, resource.metadata.namespace, field / "exportTo")
    if not (spec.http or spec.tls or spec.tcp):
        field.error("there are no routes", "add http, tls or tcp", "MissingField")
    for place, route in enumerate(spec.http):
        check_http_route(route, field.at("http", place), gateway=gateway, delegate=not spec.hosts)
    for place, tls in enumerate(spec.tls):
        check_tls_route(tls, spec, field.at("tls", place))
    for place, tcp in enumerate(spec.tcp):
        check_tcp_route(tcp, field.at("tcp", place))
    check_unreachable(spec.http, field / "http")
    check_unreachable(spec.tls, field / "tls")
    check_unreachable(spec.tcp, field / "tcp")


def _check_delegate(spec: VirtualServiceSpec, field: Field) -> None:
    for name, value in (("gateways", spec.gateways), ("tls", spec.tls), ("tcp", spec.tcp)):
        if value:
            message = "a VirtualService without hosts is a delegate, which cannot have this"
            (field / name).error(message, 'add "hosts: [...]", or remove this field', "Conflict")


def _check_hosts(hosts: Sequence[str], field: Field, *, mesh: bool, names_servers: bool) -> None:
    for place, host in enumerate(hosts):
        if host == "*" and mesh:
            hint = 'name the hosts, or name a gateway in "gateways" (and not "mesh")'
            (field / place).error("* is for gateways only", hint, "InvalidHost")
        elif not is_ip(host) and not (names_servers and is_cluster_name(host)):
            check_wildcard_domain(host, field / place)
    good = [(place, host) for place, host in enumerate(hosts) if is_wildcard_domain(host)]
    for index, (place, host) in enumerate(good):
        for _, earlier in good[:index]:
            if matches(earlier, host):
                (field / place).error(f'"{host}" and "{earlier}" overlap', "keep one of them", "Duplicate")
                break
