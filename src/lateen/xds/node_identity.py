"""Who a proxy says it is, in Istio's words: node id, cluster, locality, and metadata."""

from collections.abc import Mapping
from typing import Any

from envoy.config.core.v3 import base_pb2
from google.protobuf import json_format

from lateen.model.service import Locality
from lateen.model.workload import Proxy, ProxyType


class UnknownNodeError(Exception):
    """The node id is not of the form `sidecar~10.244.0.5~reviews-v1.default~default.svc.cluster.local`."""


def proxy_of(node: base_pb2.Node) -> Proxy:
    """The proxy that introduces itself as `node`. Raises UnknownNodeError."""
    parts = node.id.split("~")
    if len(parts) != 4 or parts[0] not in set(ProxyType):
        raise UnknownNodeError(f"node id {node.id!r}: expected <type>~<address>~<name>.<namespace>~<domain>")
    kind, address, name, domain = parts
    metadata: Mapping[str, Any] = json_format.MessageToDict(node.metadata)
    short, _, namespace = name.rpartition(".")
    return Proxy(
        id=node.id,
        type=ProxyType(kind),
        name=_text(metadata, "NAME") or short or name,
        namespace=_text(metadata, "NAMESPACE") or namespace or domain.partition(".")[0],
        address=address,
        labels={key: str(value) for key, value in dict(metadata.get("LABELS") or {}).items()},
        service_account=_text(metadata, "SERVICE_ACCOUNT") or "default",
        locality=Locality(node.locality.region, node.locality.zone, node.locality.sub_zone),
        network=_text(metadata, "NETWORK"),
        cluster=_text(metadata, "CLUSTER_ID") or "Kubernetes",
        netns_host=_text(metadata, "LATEEN_HOST_NETNS"),
    )


def _text(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return value if isinstance(value, str) else ""
