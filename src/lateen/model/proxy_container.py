"""The proxy's container: Istio's injection templates `sidecar` and `gateway`, as far as they have a meaning here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lateen.api.meta import JsonObject
from lateen.api.topology import NETWORK
from lateen.model.pods import PROXY_CONTAINER

TEMPLATES_ANNOTATION = "inject.istio.io/templates"


@dataclass(frozen=True, slots=True)
class InjectionSettings:
    """What all injected proxies of a mesh have in common."""

    image: str = "docker.io/istio/proxyv2:lateen"
    revision: str = "default"
    cluster: str = "Kubernetes"
    mesh: str = "cluster.local"
    trust_domain: str = "cluster.local"
    cluster_domain: str = "cluster.local"
    network: str = ""


DEFAULTS = InjectionSettings()


@dataclass(frozen=True, slots=True)
class Owner:
    """The workload a pod belongs to: the Deployment rather than its ReplicaSet."""

    api_version: str
    kind: str
    name: str


def _annotations(pod: JsonObject) -> dict[str, str]:
    return (pod.get("metadata") or {}).get("annotations") or {}


def is_gateway(pod: JsonObject) -> bool:
    """Whether the pod asks for the gateway template: a proxy of its own, nothing captured."""
    return "gateway" in _annotations(pod).get(TEMPLATES_ANNOTATION, "").split(",")


def proxy_container(pod: JsonObject, settings: InjectionSettings, owner: Owner | None, namespace: str) -> JsonObject:
    """The container `istio-proxy` of a pod: the template, with what the pod itself says about that container."""
    containers: list[JsonObject] = pod["spec"].get("containers") or []
    own = next((each for each in containers if each.get("name") == PROXY_CONTAINER), {})
    apps = [each for each in containers if each is not own]
    template = _template(pod, apps, settings, owner, namespace)
    proxy = _overlay(template, own)
    if proxy.get("image") in {"auto", "", None}:
        proxy["image"] = template["image"]
    return proxy


def _template(
    pod: JsonObject, apps: list[JsonObject], settings: InjectionSettings, owner: Owner | None, namespace: str
) -> JsonObject:
    annotations = _annotations(pod)
    role = "router" if is_gateway(pod) else "sidecar"
    asked = annotations.get("sidecar.istio.io/proxyImage", "")
    return {
        "name": PROXY_CONTAINER,
        "image": asked if "/" in asked else settings.image,
        "args": [
            "proxy",
            role,
            "--domain",
            f"$(POD_NAMESPACE).svc.{settings.cluster_domain}",
            f"--proxyLogLevel={annotations.get('sidecar.istio.io/logLevel', 'warning')}",
        ],
        "ports": [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}],
        "env": _environment(pod, apps, settings, owner, namespace),
        "resources": _resources(annotations),
        "startupProbe": _probe(periodSeconds=1, failureThreshold=600, timeoutSeconds=3),
        "readinessProbe": _probe(periodSeconds=15, failureThreshold=4, timeoutSeconds=3),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsGroup": 1337,
            "runAsNonRoot": True,
            "runAsUser": 1337,
        },
    }


def _probe(**times: int) -> JsonObject:
    return {"httpGet": {"path": "/healthz/ready", "port": 15021}, **times}


def _resources(annotations: Mapping[str, str]) -> JsonObject:
    words = {"cpu": "CPU", "memory": "Memory"}
    found: JsonObject = {}
    for section, suffix in (("requests", ""), ("limits", "Limit")):
        amounts = {
            resource: annotations[key]
            for resource, word in words.items()
            if (key := f"sidecar.istio.io/proxy{word}{suffix}") in annotations
        }
        if amounts:
            found[section] = amounts
    return found


_FIELDS = {
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "INSTANCE_IP": "status.podIP",
    "SERVICE_ACCOUNT": "spec.serviceAccountName",
    "HOST_IP": "status.hostIP",
    "ISTIO_META_NODE_NAME": "spec.nodeName",
}


def _environment(
    pod: JsonObject, apps: list[JsonObject], settings: InjectionSettings, owner: Owner | None, namespace: str
) -> list[JsonObject]:
    metadata = pod["metadata"]
    annotations = _annotations(pod)
    labels = metadata.get("labels") or {}
    ports = [port for each in apps for port in each.get("ports") or ()]
    values = {
        "PROXY_CONFIG": annotations.get("proxy.istio.io/config", "{}"),
        "ISTIO_META_POD_PORTS": json.dumps(ports, separators=(",", ":")),
        "ISTIO_META_APP_CONTAINERS": ",".join(each["name"] for each in apps),
        "ISTIO_META_CLUSTER_ID": settings.cluster,
        "ISTIO_META_INTERCEPTION_MODE": annotations.get("sidecar.istio.io/interceptionMode", "REDIRECT"),
        "ISTIO_META_MESH_ID": settings.mesh,
        "TRUST_DOMAIN": settings.trust_domain,
    }
    if network := labels.get(NETWORK) or settings.network:
        values["ISTIO_META_NETWORK"] = network
    if name := labels.get("service.istio.io/workload-name") or (owner.name if owner else ""):
        values["ISTIO_META_WORKLOAD_NAME"] = name
    if owner:
        values["ISTIO_META_OWNER"] = (
            f"kubernetes://apis/{owner.api_version}/namespaces/{namespace}/{owner.kind.lower()}s/{owner.name}"
        )
    from_fields = [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in _FIELDS.items()]
    return [*from_fields, *({"name": name, "value": value} for name, value in values.items())]


def _overlay(template: JsonObject, own: JsonObject) -> JsonObject:
    """The template with what the pod's own container sets; lists of named things are merged by name."""
    result = {**template, **{key: value for key, value in own.items() if key not in _MERGED}}
    for key, identity in _MERGED.items():
        if key in own:
            result[key] = identity(template.get(key), own[key])
    return result


def _merge_maps(template: Any, own: Any) -> Any:  # Any: a container's field, of the user's making
    return {**(template or {}), **(own or {})}


def _merge_lists(name: str) -> Callable[[Any, Any], Any]:
    def merge(template: Any, own: Any) -> Any:  # Any: a container's field, of the user's making
        mine = {each.get(name): each for each in own or ()}
        kept = [mine.pop(each.get(name), each) for each in template or ()]
        return [*kept, *mine.values()]

    return merge


_MERGED: dict[str, Callable[[Any, Any], Any]] = {
    "env": _merge_lists("name"),
    "ports": _merge_lists("containerPort"),
    "volumeMounts": _merge_lists("mountPath"),
    "securityContext": _merge_maps,
    "resources": _merge_maps,
}
