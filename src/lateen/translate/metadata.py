"""What Istio writes into Envoy's metadata: the resource that a piece of configuration comes from, and services."""

import re
from collections.abc import Sequence
from typing import Any

from envoy.config.core.v3 import base_pb2
from google.protobuf import struct_pb2

from lateen.ir.cluster import Cluster
from lateen.ir.endpoint import Endpoint
from lateen.ir.names import Side, parse_subset_key
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Route
from lateen.translate.names import ISTIO_METADATA

_KEBAB = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def config_path(origin: ConfigOrigin) -> str:
    """A resource as Istio writes it: `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews`."""
    kind = _KEBAB.sub("-", origin.kind).lower()
    return f"/apis/{origin.group}/{origin.version}/namespaces/{origin.namespace}/{kind}/{origin.name}"


def istio_metadata(fields: dict[str, Any]) -> base_pb2.Metadata | None:
    """The fields below `istio`, or nothing when there are none. `Any`: what JSON can hold."""
    if not fields:
        return None
    struct = struct_pb2.Struct()
    struct.update(fields)
    return base_pb2.Metadata(filter_metadata={ISTIO_METADATA: struct})


def route_metadata(route: Route) -> base_pb2.Metadata | None:
    """The resource, and which of its rules (`http[0]`); Istio does not say the latter, nor to whom a rule delegates."""
    if route.origin is None:
        return None
    fields = {"config": config_path(route.origin), **_rule_field(_http_rule(route.rule))}
    if route.delegate is not None:
        fields["delegate"] = config_path(route.delegate.origin)
        fields["delegate_rule"] = _http_rule(route.delegate.rule)
    return istio_metadata(fields)


def origins_metadata(origins: Sequence[ConfigOrigin], rule: str = "") -> base_pb2.Metadata | None:
    """Istio has room for one resource; when several make up the configuration, the rest is in `configs`."""
    return istio_metadata({**_origin_fields(origins), **_rule_field(rule)})


def cluster_metadata(cluster: Cluster) -> base_pb2.Metadata | None:
    """The rule, subset and service of a cluster (`istio.config`, `istio.subset`, `istio.services`)."""
    fields = _origin_fields(cluster.origins)
    key = parse_subset_key(cluster.name)
    if key is not None:
        fields["default_original_port"] = key.port
        if key.subset and key.direction == Side.OUTBOUND:
            fields["subset"] = key.subset
    if cluster.service:
        fields["services"] = [_service_fields(cluster.service, cluster.service_namespace)]
    return istio_metadata(fields)


def endpoint_metadata(endpoint: Endpoint) -> base_pb2.Metadata | None:
    """The workload behind an endpoint, in the form that Istio's access logs and metrics read."""
    return istio_metadata({"workload": endpoint.workload}) if endpoint.workload else None


def _origin_fields(origins: Sequence[ConfigOrigin]) -> dict[str, Any]:
    if not origins:
        return {}
    fields: dict[str, Any] = {"config": config_path(origins[0])}
    if len(origins) > 1:
        fields["configs"] = [config_path(origin) for origin in origins]
    return fields


def _http_rule(number: int | None) -> str:
    return "" if number is None else f"http[{number}]"


def _rule_field(rule: str) -> dict[str, str]:
    return {"rule": rule} if rule else {}


def _service_fields(hostname: str, namespace: str) -> dict[str, str]:
    first, _, rest = hostname.partition(".")
    in_cluster = bool(namespace) and rest.startswith(f"{namespace}.svc.")
    return {"host": hostname, "name": first if in_cluster else hostname, "namespace": namespace}
