"""The columns of each kind, by id, as kubectl shows them: the kinds of Kubernetes as its printers do, those of Istio as
its definitions ask for."""

from datetime import datetime
from typing import Final

from lateen.api.column import AGE, NAME, Column, count_column, labels_text, maps_at, path_column, value_at
from lateen.api.event_columns import EVENT_COLUMNS
from lateen.api.ingress_columns import INGRESS_CLASS_COLUMNS, INGRESS_COLUMNS
from lateen.api.meta import JsonObject
from lateen.api.node_columns import NAMESPACE_COLUMNS, NODE_COLUMNS
from lateen.api.pod_columns import POD_COLUMNS
from lateen.api.service_columns import ENDPOINT_SLICE_COLUMNS, ENDPOINTS_COLUMNS, SERVICE_COLUMNS


def _ready(body: JsonObject, now: datetime) -> str:
    wanted = value_at(body, "spec", "replicas")
    return f"{value_at(body, 'status', 'readyReplicas') or 0}/{1 if wanted is None else wanted}"


def _containers(body: JsonObject, field: str) -> str:
    containers = maps_at(body, "spec", "template", "spec", "containers")
    return ",".join(str(each.get(field, "")) for each in containers)


def _selector(body: JsonObject, now: datetime) -> str:
    selector = value_at(body, "spec", "selector", "matchLabels")
    return labels_text(selector or value_at(body, "spec", "template", "metadata", "labels"))


_DEPLOYMENT: Final = (
    NAME,
    Column("Ready", "string", 0, _ready),
    path_column("Up-to-date", "status", "updatedReplicas", type_="integer", absent="0"),
    path_column("Available", "status", "availableReplicas", type_="integer", absent="0"),
    AGE,
    Column("Containers", "string", 1, lambda body, now: _containers(body, "name")),
    Column("Images", "string", 1, lambda body, now: _containers(body, "image")),
    Column("Selector", "string", 1, _selector),
)

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "Namespace": NAMESPACE_COLUMNS,
    "Node": NODE_COLUMNS,
    "ServiceAccount": (NAME, count_column("Secrets", "secrets"), AGE),
    "ConfigMap": (NAME, count_column("Data", "data", "binaryData"), AGE),
    "Secret": (NAME, path_column("Type", "type", absent="Opaque"), count_column("Data", "data", "stringData"), AGE),
    "Service": SERVICE_COLUMNS,
    "Pod": POD_COLUMNS,
    "Deployment": _DEPLOYMENT,
    "Endpoints": ENDPOINTS_COLUMNS,
    "EndpointSlice": ENDPOINT_SLICE_COLUMNS,
    "Event": EVENT_COLUMNS,
    "Ingress": INGRESS_COLUMNS,
    "IngressClass": INGRESS_CLASS_COLUMNS,
    "VirtualService": (NAME, path_column("Gateways", "spec", "gateways"), path_column("Hosts", "spec", "hosts"), AGE),
    "DestinationRule": (NAME, path_column("Host", "spec", "host"), AGE),
    "ServiceEntry": (
        NAME,
        path_column("Hosts", "spec", "hosts"),
        path_column("Location", "spec", "location"),
        path_column("Resolution", "spec", "resolution"),
        AGE,
    ),
    "RouteRule": (
        NAME,
        path_column("Destination", "spec", "destination", "name"),
        path_column("Precedence", "spec", "precedence", type_="integer", absent="0"),
        AGE,
    ),
    "DestinationPolicy": (NAME, path_column("Destination", "spec", "destination", "name"), AGE),
    "EgressRule": (NAME, path_column("Destination", "spec", "destination", "service"), AGE),
    "WorkloadEntry": (NAME, AGE, path_column("Address", "spec", "address")),
}
