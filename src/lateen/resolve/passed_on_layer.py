"""The clusters that gateways pass TLS on to unread. Rules: `buildOutboundSniDnatClusters` in Istio.

Nobody checks the clients on the way, so only workloads can be reached that check them: those that speak the mesh's
mutual TLS.
"""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from lateen.ir.cluster import Cluster, ClusterKind, LoadBalancer, UpstreamProtocol
from lateen.ir.config import Layer
from lateen.ir.endpoint import LoadAssignment
from lateen.ir.names import Side, parse_subset_key, sni_subset_key
from lateen.lib.memo import Memo
from lateen.model.service import Endpoint, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey
from lateen.resolve.auto_passthrough import passed_on_ports
from lateen.resolve.clusters import port_clusters
from lateen.resolve.endpoints import EndpointPlan, assignment_for
from lateen.resolve.host_rule import HostRule
from lateen.resolve.layers import Endpoints, MeshView

MUTUAL_TLS = "istio"
"""The `tls_mode` of endpoints that check their clients."""


def passed_on_layer(
    memo: Memo, view: MeshView, endpoints: Endpoints, settings: MeshSettings, *, hosts: Collection[str]
) -> Layer:
    """The clusters that the chains of servers with those hosts lead to, and their endpoints."""
    clusters: dict[str, Cluster] = {}
    assignments: dict[str, LoadAssignment] = {}
    for service, port in passed_on_ports(view.services, hosts):
        key: EndpointKey = (service.namespace, service.hostname, port.number)
        rule = view.rules.get(service.hostname)
        made = memo.recall(key, _targets, service, port, rule, settings, endpoints.get(key, ()))
        for cluster, assignment in made:
            clusters[cluster.name] = memo.keep(("cluster", cluster.name), cluster)
            assignments[cluster.name] = memo.keep(("endpoints", cluster.name), assignment)
    return memo.recall("layer", _layer, memo.keep("clusters", clusters), memo.keep("assignments", assignments))


def _layer(clusters: Mapping[str, Cluster], assignments: Mapping[str, LoadAssignment]) -> Layer:
    return Layer(name="passed on", clusters=clusters, endpoints=assignments)


def _targets(
    service: Service,
    port: ServicePort,
    rule: HostRule | None,
    settings: MeshSettings,
    endpoints: tuple[Endpoint, ...],
) -> tuple[tuple[Cluster, LoadAssignment], ...]:
    """The clusters of a port and its subsets under the names that clients ask for; they pass bytes on unread."""
    secure = tuple(each for each in endpoints if each.tls_mode == MUTUAL_TLS)
    found = []
    for cluster in port_clusters(service, port, rule, settings, ClusterKind.EDS).clusters:
        subset = rule.subset(key.subset) if rule and (key := parse_subset_key(cluster.name)) and key.subset else None
        name = sni_subset_key(Side.OUTBOUND, subset.name if subset else "", service.hostname, port.number)
        plan = EndpointPlan(cluster=name, labels=tuple(subset.labels.items()) if subset else ())
        unread = replace(
            cluster,
            name=name,
            kind=ClusterKind.EDS,
            load_balancer=cluster.load_balancer if cluster.kind is ClusterKind.EDS else LoadBalancer(),
            protocol=UpstreamProtocol.TCP,
            tls=None,
            proxy_protocol="",
        )
        found.append((unread, assignment_for(plan, secure, None)))
    return tuple(found)
