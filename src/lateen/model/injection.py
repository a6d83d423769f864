"""Sidecar injection: which pods get a proxy, and what is put into them. Rules: Istio's injection webhook."""

import copy
import json
from collections.abc import Callable, Mapping

from lateen.api.meta import JsonObject
from lateen.model.pods import PROXY_CONTAINER
from lateen.model.proxy_container import DEFAULTS, InjectionSettings, Owner, proxy_container

INJECT = "sidecar.istio.io/inject"
STATUS_ANNOTATION = "sidecar.istio.io/status"
REVISION = "istio.io/rev"
NAMESPACE_LABEL = "istio-injection"
CANONICAL_NAME = "service.istio.io/canonical-name"
CANONICAL_REVISION = "service.istio.io/canonical-revision"

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})


def wants_injection(
    pod_labels: Mapping[str, str],
    pod_annotations: Mapping[str, str],
    namespace_labels: Mapping[str, str],
    *,
    namespace: str = "",
    host_network: bool = False,
    revision: str = "default",
) -> bool:
    """Whether a new pod gets a sidecar (or, if it asks for the gateway template, its proxy).

    The namespace's `istio-injection` decides before its `istio.io/rev`, and both before the pod's label; the pod can
    always decline. The annotation `sidecar.istio.io/inject` can only decline, as in Istio.
    """
    wish = pod_labels.get(INJECT) or pod_annotations.get(INJECT, "")
    if host_network or namespace in SYSTEM_NAMESPACES or wish == "false":
        return False
    if NAMESPACE_LABEL in namespace_labels:
        return namespace_labels[NAMESPACE_LABEL] == "enabled"
    if REVISION in namespace_labels:
        return namespace_labels[REVISION] == revision
    if REVISION in pod_labels:
        return pod_labels[REVISION] == revision
    return pod_labels.get(INJECT) == "true"


def inject(
    pod: JsonObject,
    settings: InjectionSettings = DEFAULTS,
    *,
    owner: Owner | None = None,
    namespace: str = "",
) -> JsonObject:
    """The pod (or pod template) with its proxy; `pod` itself if it has one already.

    A container `istio-proxy` that the pod declares overrides the template field by field; its image `auto` means the
    mesh's. `owner` is found by the pod's owner references if not given.
    """
    if STATUS_ANNOTATION in ((pod.get("metadata") or {}).get("annotations") or {}):
        return pod
    result = copy.deepcopy(pod)
    metadata = result["metadata"] = result.get("metadata") or {}
    owner = owner or _owner(metadata)
    containers: list[JsonObject] = result["spec"].get("containers") or []
    apps = [each for each in containers if each.get("name") != PROXY_CONTAINER]
    proxy = proxy_container(result, settings, owner, namespace or metadata.get("namespace") or "default")
    result["spec"]["containers"] = [*apps, proxy]
    _label(metadata, owner)
    _annotate(metadata, apps, settings)
    return result


def _owner(metadata: JsonObject) -> Owner | None:
    for each in metadata.get("ownerReferences") or ():
        if each.get("controller"):
            suffix = f"-{(metadata.get('labels') or {}).get('pod-template-hash', '')}"
            if each["kind"] == "ReplicaSet" and len(suffix) > 1 and each["name"].endswith(suffix):
                return Owner("apps/v1", "Deployment", each["name"].removesuffix(suffix))
            return Owner(each["apiVersion"], each["kind"], each["name"])
    return Owner("v1", "Pod", metadata["name"]) if metadata.get("name") else None


def _label(metadata: JsonObject, owner: Owner | None) -> None:
    labels = metadata["labels"] = metadata.get("labels") or {}
    name = labels.get("app.kubernetes.io/name") or labels.get("app") or (owner.name if owner else "")
    labels.setdefault(CANONICAL_NAME, name[:63].strip("-_."))
    version = labels.get("app.kubernetes.io/version") or labels.get("version") or "latest"
    labels.setdefault(CANONICAL_REVISION, version)


def _annotate(metadata: JsonObject, apps: list[JsonObject], settings: InjectionSettings) -> None:
    annotations = metadata["annotations"] = metadata.get("annotations") or {}
    annotations.setdefault(REVISION, settings.revision)
    if apps:
        annotations.setdefault("kubectl.kubernetes.io/default-logs-container", apps[0]["name"])
        annotations.setdefault("kubectl.kubernetes.io/default-container", apps[0]["name"])
    annotations[STATUS_ANNOTATION] = json.dumps(
        {
            "initContainers": None,
            "containers": [PROXY_CONTAINER],
            "volumes": None,
            "imagePullSecrets": None,
            "revision": settings.revision,
        },
        separators=(",", ":"),
    )


_TEMPLATE_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def inject_workload(document: JsonObject, settings: InjectionSettings = DEFAULTS) -> JsonObject:
    """A Pod, a Deployment or another workload with its pods' proxies, as `istioctl kube-inject` does it; Lists too.

    Namespaces are not asked; pods that decline and pods in the host's network stay as they are, as do other kinds.
    """
    kind = document.get("kind", "")
    if kind == "List":
        return {**document, "items": [inject_workload(item, settings) for item in document.get("items") or ()]}
    if kind not in _TEMPLATE_PATHS:
        return document
    metadata = document.get("metadata") or {}
    owner = Owner(str(document.get("apiVersion", "")), kind, metadata.get("name") or metadata.get("generateName", ""))

    def change(template: JsonObject) -> JsonObject:
        if not isinstance(template.get("spec"), dict) or _declines(template):
            return template
        return inject(template, settings, owner=owner, namespace=metadata.get("namespace", ""))

    return _changed_at(document, _TEMPLATE_PATHS[kind], change)


def _changed_at(document: JsonObject, path: tuple[str, ...], change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    if not path:
        return change(document)
    inner = document.get(path[0])
    return {**document, path[0]: _changed_at(inner, path[1:], change)} if isinstance(inner, dict) else document


def _declines(template: JsonObject) -> bool:
    metadata = template.get("metadata") or {}
    return not wants_injection(
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
        {NAMESPACE_LABEL: "enabled"},
        host_network=bool(template["spec"].get("hostNetwork")),
    )
