"""The columns of services and of their endpoints. Rules: Kubernetes' printers."""

from datetime import datetime
from typing import Final

from lateen.api.column import AGE, NAME, NONE, Column, labels_text, maps_at, path_column, value_at
from lateen.api.meta import JsonObject


def _external_ip(body: JsonObject, now: datetime) -> str:
    kind = value_at(body, "spec", "type") or "ClusterIP"
    external = [str(ip) for ip in value_at(body, "spec", "externalIPs") or ()]
    if kind == "ExternalName":
        return str(value_at(body, "spec", "externalName") or NONE)
    if kind != "LoadBalancer":
        return ",".join(external) or NONE
    ingress = maps_at(body, "status", "loadBalancer", "ingress")
    return ",".join([*(str(each.get("ip") or each.get("hostname")) for each in ingress), *external]) or "<pending>"


def _ports(body: JsonObject, now: datetime) -> str:
    return ",".join(map(_port, maps_at(body, "spec", "ports"))) or NONE


def _port(port: JsonObject) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{node_port}/{port.get('protocol') or 'TCP'}"


def _slice_ports(body: JsonObject, now: datetime) -> str:
    ports = [str(each.get("port") or "*") for each in maps_at(body, "ports")]
    return _some(ports, "<unset>")


def _slice_endpoints(body: JsonObject, now: datetime) -> str:
    return _some(
        [str(each) for endpoint in maps_at(body, "endpoints") for each in endpoint.get("addresses") or ()], "<unset>"
    )


def _endpoints(body: JsonObject, now: datetime) -> str:
    found = [
        f"{address.get('ip')}:{port.get('port')}"
        for subset in maps_at(body, "subsets")
        for port in maps_at(subset, "ports")
        for address in maps_at(subset, "addresses")
    ]
    return _some(found, NONE)


def _some(items: list[str], none: str) -> str:
    more = f" + {len(items) - 3} more..." if len(items) > 3 else ""
    return ",".join(items[:3]) + more if items else none


SERVICE_COLUMNS: Final = (
    NAME,
    path_column("Type", "spec", "type", absent="ClusterIP"),
    path_column("Cluster-IP", "spec", "clusterIP", absent=NONE),
    Column("External-IP", "string", 0, _external_ip),
    Column("Port(s)", "string", 0, _ports),
    AGE,
    Column("Selector", "string", 1, lambda body, now: labels_text(value_at(body, "spec", "selector")) or NONE),
)
ENDPOINTS_COLUMNS: Final = (NAME, Column("Endpoints", "string", 0, _endpoints), AGE)
ENDPOINT_SLICE_COLUMNS: Final = (
    NAME,
    path_column("AddressType", "addressType"),
    Column("Ports", "string", 0, _slice_ports),
    Column("Endpoints", "string", 0, _slice_endpoints),
    AGE,
)
