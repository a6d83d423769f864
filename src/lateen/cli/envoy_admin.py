"""What a running proxy says of itself, through the API's pod proxy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.cli.pods import find_pod
from lateen.client.sync import SyncClient

ADMIN_PORT = 15_000


@dataclass(frozen=True, slots=True)
class Dump:
    """Envoy's `/config_dump`, its parts by name. All are JSON as Envoy prints it."""

    bootstrap: JsonObject
    clusters: Sequence[JsonObject]
    listeners: Sequence[JsonObject]
    routes: Sequence[JsonObject]
    endpoints: Sequence[JsonObject]


def admin_path(pod: JsonObject, path: str) -> str:
    """The API path of something below a pod's Envoy admin interface."""
    meta = pod["metadata"]
    target = Target(kind_named("pod"), f"{meta['name']}:{ADMIN_PORT}")
    return target.path(meta["namespace"], f"proxy/{path}")


def proxy_pod(client: SyncClient, word: str, namespace: str) -> JsonObject:
    """The pod whose proxy is meant: `deploy/reviews-v1`, a pod's name, or istioctl's `pod.namespace`."""
    if "/" not in word and "." in word:
        word, _, namespace = word.partition(".")
    return find_pod(client, word, namespace)


def config_dump(client: SyncClient, pod: JsonObject) -> Dump:
    """The configuration of a pod's proxy."""
    return parse_dump(whole_dump(client, pod))


def whole_dump(client: SyncClient, pod: JsonObject) -> JsonObject:
    """The same as Envoy prints it, and as istioctl's `proxy-config all` does."""
    dump: JsonObject = json.loads(client.text(admin_path(pod, "config_dump?include_eds")))
    return dump


def cluster_stats(client: SyncClient, pod: JsonObject) -> list[JsonObject]:
    """`/clusters` of a pod's proxy: every cluster with its endpoints, their health and their counters."""
    answer: JsonObject = json.loads(client.text(admin_path(pod, "clusters?format=json")))
    statuses: list[JsonObject] = answer.get("cluster_statuses") or []
    return statuses


def parse_dump(dump: JsonObject) -> Dump:
    """Sort Envoy's dump into its parts; what Envoy still warms up is left out."""
    by_type: dict[str, JsonObject] = {part["@type"].rpartition(".")[2]: part for part in dump.get("configs") or []}
    clusters = by_type.get("ClustersConfigDump", {})
    listeners = by_type.get("ListenersConfigDump", {})
    routes = by_type.get("RoutesConfigDump", {})
    endpoints = by_type.get("EndpointsConfigDump", {})
    return Dump(
        bootstrap=by_type.get("BootstrapConfigDump", {}),
        clusters=_inner(clusters, "cluster", "static_clusters", "dynamic_active_clusters"),
        listeners=_inner(listeners, "listener", "static_listeners")
        + [
            state["listener"]
            for each in listeners.get("dynamic_listeners") or []
            if (state := each.get("active_state"))
        ],
        routes=_inner(routes, "route_config", "static_route_configs", "dynamic_route_configs"),
        endpoints=_inner(endpoints, "endpoint_config", "static_endpoint_configs", "dynamic_endpoint_configs"),
    )


def _inner(part: JsonObject, key: str, *lists: str) -> list[JsonObject]:
    return [entry[key] for name in lists for entry in part.get(name) or [] if key in entry]
