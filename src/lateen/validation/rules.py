"""The rules of each kind, by id. A kind without an entry has only its schema and the rules for metadata."""

from collections.abc import Callable
from typing import Any, Final

from lateen.validation.config_map import check_config_map, check_secret
from lateen.validation.deployment import check_deployment
from lateen.validation.destination_policy import check_destination_policy
from lateen.validation.destination_rule import check_destination_rule
from lateen.validation.egress_rule import check_egress_rule
from lateen.validation.endpoint_slice import check_endpoint_slice, check_endpoints
from lateen.validation.field import Field
from lateen.validation.gateway import check_gateway
from lateen.validation.ingress import check_ingress, check_ingress_class
from lateen.validation.pod import check_pod
from lateen.validation.route_rule import check_route_rule
from lateen.validation.service import check_service
from lateen.validation.service_entry import check_service_entry
from lateen.validation.sidecar import check_sidecar
from lateen.validation.virtual_service import check_virtual_service
from lateen.validation.workload_entry import check_workload_entry
from lateen.validation.workload_group import check_workload_group

Rules = Callable[[Any, Field], None]
"""Reports what is wrong with a resource; `Any`, because each takes the struct of its own kind."""

RULES: Final[dict[str, Rules]] = {
    "ConfigMap": check_config_map,
    "Secret": check_secret,
    "Service": check_service,
    "Pod": check_pod,
    "Deployment": check_deployment,
    "Endpoints": check_endpoints,
    "EndpointSlice": check_endpoint_slice,
    "VirtualService": check_virtual_service,
    "DestinationRule": check_destination_rule,
    "Gateway": check_gateway,
    "ServiceEntry": check_service_entry,
    "WorkloadEntry": check_workload_entry,
    "WorkloadGroup": check_workload_group,
    "Sidecar": check_sidecar,
    "RouteRule": check_route_rule,
    "DestinationPolicy": check_destination_policy,
    "EgressRule": check_egress_rule,
    "Ingress": check_ingress,
    "IngressClass": check_ingress_class,
}
