"""Which endpoints a cluster's requests may reach first."""

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.core.v3.health_check_pb2 import HealthStatus
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment

from lateen.simulation.call import Call
from lateen.translate.resources import Resources

_GOOD = {HealthStatus.UNKNOWN, HealthStatus.HEALTHY}


def endpoints_of(resources: Resources, name: str, call: Call) -> tuple[str, ...]:
    """The healthy endpoints of the best priority that has any; for passthrough clusters the call's own destination."""
    cluster = resources.clusters.get(name)
    if cluster is None:
        return ()
    if cluster.type == Cluster.ORIGINAL_DST:
        override = cluster.original_dst_lb_config.upstream_port_override
        return (f"{call.address}:{override.value or call.port}",)
    if cluster.type == Cluster.EDS:
        found = resources.endpoints.get(cluster.eds_cluster_config.service_name or name)
        return _preferred(found) if found is not None else ()
    return _preferred(cluster.load_assignment)


def _preferred(assignment: ClusterLoadAssignment) -> tuple[str, ...]:
    for priority in sorted({locality.priority for locality in assignment.endpoints}):
        chosen = tuple(
            f"{endpoint.endpoint.address.socket_address.address}:{endpoint.endpoint.address.socket_address.port_value}"
            for locality in assignment.endpoints
            if locality.priority == priority
            for endpoint in locality.lb_endpoints
            if endpoint.health_status in _GOOD
        )
        if chosen:
            return chosen
    return ()
