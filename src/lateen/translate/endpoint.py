"""Endpoints (EDS)."""

from envoy.config.core.v3 import base_pb2, health_check_pb2
from envoy.config.endpoint.v3 import endpoint_components_pb2 as components_pb2
from envoy.config.endpoint.v3 import endpoint_pb2

from lateen.ir.endpoint import Endpoint, Health, LoadAssignment, LocalityEndpoints
from lateen.translate import scalar
from lateen.translate.address import socket_address
from lateen.translate.metadata import endpoint_metadata

_HEALTH = {
    Health.HEALTHY: health_check_pb2.HEALTHY,
    Health.UNHEALTHY: health_check_pb2.UNHEALTHY,
    Health.DRAINING: health_check_pb2.DRAINING,
}


def translate_load_assignment(assignment: LoadAssignment) -> endpoint_pb2.ClusterLoadAssignment:
    """All endpoints of a cluster. Without localities it is empty, which Envoy takes as: there are none."""
    return endpoint_pb2.ClusterLoadAssignment(
        cluster_name=assignment.cluster,
        endpoints=[_locality_endpoints(locality) for locality in assignment.localities],
    )


def _locality_endpoints(locality: LocalityEndpoints) -> components_pb2.LocalityLbEndpoints:
    """A locality without a weight of its own weighs as much as its endpoints."""
    weight = locality.weight or sum(endpoint.weight for endpoint in locality.endpoints)
    return components_pb2.LocalityLbEndpoints(
        locality=_locality(locality),
        priority=locality.priority,
        load_balancing_weight=scalar.uint32(weight) if weight else None,
        lb_endpoints=[_endpoint(endpoint) for endpoint in locality.endpoints],
    )


def _locality(locality: LocalityEndpoints) -> base_pb2.Locality:
    return base_pb2.Locality(region=locality.region, zone=locality.zone, sub_zone=locality.subzone)


def _endpoint(endpoint: Endpoint) -> components_pb2.LbEndpoint:
    return components_pb2.LbEndpoint(
        endpoint=components_pb2.Endpoint(address=socket_address(endpoint.address, endpoint.port)),
        health_status=_HEALTH[endpoint.health],
        load_balancing_weight=scalar.uint32(endpoint.weight),
        metadata=endpoint_metadata(endpoint),
    )
