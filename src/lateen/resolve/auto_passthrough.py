"""TLS that a gateway passes on to the workload its server name means (`mode: AUTO_PASSTHROUGH`), from mesh to mesh.

Rules: `builtAutoPassthroughFilterChains` in Istio.
"""

from collections.abc import Collection, Iterable, Iterator

from lateen.api.gateway import Gateway
from lateen.ir.cluster import ClusterKind
from lateen.ir.listener import ChainMatch, FilterChain, Tcp, TcpTarget
from lateen.ir.names import Side, sni_subset_key
from lateen.model.hostname import covers
from lateen.model.service import Service, ServicePort
from lateen.resolve.access_log import access_log
from lateen.resolve.clusters import cluster_kind, is_routable
from lateen.resolve.gateway_servers import AUTO_PASSTHROUGH, GatewayServer, servers_of
from lateen.resolve.host_rule import HostRule
from lateen.resolve.view import GatewayView

MUTUAL_TLS_ALPN = ("istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2")
"""What clients offer in the mesh's mutual TLS, and no others."""


def passed_on_hosts(gateways: Iterable[Gateway]) -> tuple[str, ...]:
    """The hosts of all servers of that mode, sorted."""
    servers = (server for gateway in gateways for server in servers_of(gateway) if server.mode == AUTO_PASSTHROUGH)
    return tuple(sorted({name for server in servers for name in server.server_names}))


def passed_on_chains(view: GatewayView, server: GatewayServer, taken: set[str]) -> Iterator[FilterChain]:
    """A chain for each service port and subset that the server's hosts cover; names that are `taken` have theirs."""
    for service, port in passed_on_ports(view.services, server.server_names):
        for subset in ("", *_subsets(view.rules.get(service.hostname))):
            name = sni_subset_key(Side.OUTBOUND, subset, service.hostname, port.number)
            if name not in taken:
                taken.add(name)
                yield _chain(view, server, name)


def _chain(view: GatewayView, server: GatewayServer, name: str) -> FilterChain:
    return FilterChain(
        name="",
        match=ChainMatch(server_names=(name,), alpn=MUTUAL_TLS_ALPN),
        network=Tcp(stat_prefix=name, targets=(TcpTarget(cluster=name),), access_log=access_log(view.settings)),
        origins=(server.origin,),
        rule=server.config_path.removeprefix("spec."),
    )


def passed_on_ports(services: Iterable[Service], hosts: Collection[str]) -> Iterator[tuple[Service, ServicePort]]:
    """The ports of the mesh's own services that those hosts cover, as far as their endpoints are known."""
    for service in services:
        if service.mesh_external or not any(covers(host, service.hostname) for host in hosts):
            continue
        for port in service.ports:
            if is_routable(service, port) and cluster_kind(service, gateway=True) is ClusterKind.EDS:
                yield service, port


def _subsets(rule: HostRule | None) -> tuple[str, ...]:
    return tuple(each.name for each in rule.subsets) if rule else ()
