"""What belongs to a resource in the mesh: services of a pod, rules of a host, endpoints of a service."""

import json
from collections.abc import Iterator, Sequence

from lateen.api.config_map import ConfigMap
from lateen.api.meta import JsonObject
from lateen.api.schema import decode
from lateen.api.sidecar import Sidecar
from lateen.cli.kinds import Target, kind_named
from lateen.cli.pods import PROXY, container_names
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient
from lateen.model.legacy.outcome import age_of
from lateen.model.mesh_config import SETTINGS_MAP, mesh_settings
from lateen.resolve.sidecars import index_sidecars

RULES = ("virtualservices", "destinationrules")
SERVICE_LABEL = "kubernetes.io/service-name"


def listed(client: SyncClient, kind: str, namespace: str, *, labels: str = "", fields: str = "") -> list[JsonObject]:
    """Resources of a kind; none where the API does not know it, as another cluster's may not."""
    path = Target(kind_named(kind)).path(namespace)
    try:
        items: list[JsonObject] = (
            client.get(with_query(path, labelSelector=labels, fieldSelector=fields)).get("items") or []
        )
    except ApiError:
        return []
    return items


def services_of(client: SyncClient, pod: JsonObject) -> list[JsonObject]:
    """The services whose selector takes the pod."""
    labels = (pod["metadata"].get("labels") or {}).items()
    services = listed(client, "services", pod["metadata"]["namespace"])
    return [
        each for each in services if (each["spec"].get("selector") or {}) and each["spec"]["selector"].items() <= labels
    ]


def slices_of(client: SyncClient, service: JsonObject) -> list[JsonObject]:
    """The EndpointSlices of a service."""
    meta = service["metadata"]
    return listed(client, "endpointslices", meta["namespace"], labels=f"{SERVICE_LABEL}={meta['name']}")


def rules_for(client: SyncClient, services: Sequence[JsonObject]) -> list[str]:
    """The VirtualServices and DestinationRules that name one of the services: `VirtualService default/reviews`."""
    return [
        f"{kind_named(kind).kind} {rule['metadata']['namespace']}/{rule['metadata']['name']}"
        for kind in RULES
        for rule in listed(client, kind, "")
        if any(_is_host_of(host, rule["metadata"]["namespace"], each) for host in _hosts(rule) for each in services)
    ]


def sidecar_of(client: SyncClient, pod: JsonObject) -> list[str]:
    """The Sidecar that is in force for the pod's proxy, if one is: `Sidecar default/lean`."""
    if PROXY not in container_names(pod):
        return []
    found = [decode(document)[0] for document in listed(client, "sidecars", "")]
    ordered = sorted((each for each in found if isinstance(each, Sidecar)), key=age_of)
    meta = pod["metadata"]
    chosen = index_sidecars(ordered, _root_namespace(client)).sidecar_for(meta["namespace"], meta.get("labels") or {})
    return [str(chosen.ref)] if chosen else []


def _root_namespace(client: SyncClient) -> str:
    namespace, name = SETTINGS_MAP
    held = [decode(each)[0] for each in listed(client, "configmaps", namespace, fields=f"metadata.name={name}")]
    return mesh_settings(next((each for each in held if isinstance(each, ConfigMap)), None))[0].root_namespace


def proxy_state(client: SyncClient, pod: JsonObject) -> str:
    """What `proxy-status` says of the pod's proxy, in a line."""
    if PROXY not in container_names(pod):
        return "none: the pod has no sidecar (see the label istio-injection of its namespace)"
    meta = pod["metadata"]
    try:
        proxies: list[JsonObject] = json.loads(client.text("/debug/syncz"))
    except (ApiError, ValueError):
        return "unknown"
    found = next((each for each in proxies if each["proxy"] == f"{meta['name']}.{meta['namespace']}"), None)
    if found is None:
        return "not connected to the control plane"
    return ", ".join(f"{name} {state['status']}" for name, state in found["types"].items())


def _hosts(rule: JsonObject) -> Iterator[str]:
    spec: JsonObject = rule.get("spec") or {}
    yield from [spec["host"]] if spec.get("host") else spec.get("hosts") or []
    for route in [*(spec.get("http") or []), *(spec.get("tls") or []), *(spec.get("tcp") or [])]:
        for target in route.get("route") or []:
            yield (target.get("destination") or {}).get("host") or ""


def _is_host_of(host: str, namespace: str, service: JsonObject) -> bool:
    name, own = service["metadata"]["name"], service["metadata"]["namespace"]
    if "." not in host:
        return bool(host == name and namespace == own)
    return host == f"{name}.{own}" or host.startswith(f"{name}.{own}.svc")
