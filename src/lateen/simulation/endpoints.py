"""Which endpoints a cluster's requests may reach first."""

from collections.abc import Iterator

import msgspec
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.core.v3.health_check_pb2 import HealthStatus
from envoy.config.endpoint.v3.endpoint_components_pb2 import LbEndpoint, LocalityLbEndpoints

from lateen.simulation.call import Call, Entry
from lateen.simulation.listener_choice import address_and_port
from lateen.translate.names import FORWARD_PROXY_CLUSTER, ISTIO_METADATA
from lateen.translate.resources import Resources

_GOOD = {HealthStatus.UNKNOWN, HealthStatus.HEALTHY}


def endpoints_of(resources: Resources, name: str, call: Call) -> tuple[str, ...]:
    """The healthy endpoints of the best priority that has any; for passthrough clusters the call's own destination."""
    healthy = [each for each in all_endpoints(resources, name, call) if each.healthy]
    return tuple(place_text(each.address, each.port) for each in healthy if each.priority == healthy[0].priority)


def looked_up_host(call: Call) -> str:
    """The host that a proxy looks up for a call: the one its TLS handshake or its request names."""
    if call.protocol.encrypted and call.server_name:
        return call.server_name
    host, colon, port = call.authority.rpartition(":")
    return host if colon and port.isdigit() else call.authority


def _dialled(cluster: Cluster, call: Call) -> Iterator[tuple[str, int]]:
    """Where the client wanted to go; nowhere else than to the proxy, if that is what it dialled itself."""
    if call.entry is not Entry.OUTBOUND or not call.is_local:
        override = cluster.original_dst_lb_config.upstream_port_override
        yield call.address, override.value or call.port


def place_text(address: str, port: int) -> str:
    """An address with its port; socket files have none."""
    return f"{address}:{port}" if port else address


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint as a cluster has it. `workload` is Istio's `name;namespace;canonical-name;revision;cluster`, ""
    where it is not known; the endpoints of lower `priority` numbers are tried first. Where `locality_weight` is not
    None, localities get requests by these weights, however many endpoints they have.
    """

    address: str
    port: int
    weight: int = 1
    priority: int = 0
    locality: str = ""
    locality_weight: int | None = None
    healthy: bool = True
    workload: str = ""


def all_endpoints(resources: Resources, name: str, call: Call) -> tuple[EndpointView, ...]:
    """Every endpoint of a cluster, healthy or not, in order of priority."""
    cluster = resources.clusters.get(name)
    if cluster is None:
        return ()
    if cluster.type == Cluster.ORIGINAL_DST:
        return tuple(EndpointView(address=address, port=port) for address, port in _dialled(cluster, call))
    if cluster.cluster_type.name == FORWARD_PROXY_CLUSTER:
        return (EndpointView(address=looked_up_host(call), port=call.port),)
    assignment = cluster.load_assignment
    if cluster.type == Cluster.EDS:
        assignment = resources.endpoints.get(cluster.eds_cluster_config.service_name or name, assignment)
    ordered = sorted(assignment.endpoints, key=lambda locality: locality.priority)
    weighted = cluster.common_lb_config.HasField("locality_weighted_lb_config")
    return tuple(_view(locality, endpoint, weighted) for locality in ordered for endpoint in locality.lb_endpoints)


def _view(locality: LocalityLbEndpoints, endpoint: LbEndpoint, weighted: bool) -> EndpointView:
    address, port = address_and_port(endpoint.endpoint.address)
    where = locality.locality
    istio = endpoint.metadata.filter_metadata.get(ISTIO_METADATA)
    return EndpointView(
        address=address,
        port=port,
        weight=endpoint.load_balancing_weight.value or 1,
        priority=locality.priority,
        locality="/".join(part for part in (where.region, where.zone, where.sub_zone) if part),
        locality_weight=locality.load_balancing_weight.value if weighted else None,
        healthy=endpoint.health_status in _GOOD,
        workload=istio.fields["workload"].string_value if istio is not None and "workload" in istio.fields else "",
    )
