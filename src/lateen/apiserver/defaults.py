"""What Kubernetes' API server fills into the core kinds when they are written.

The values are those of Kubernetes' API reference. Documents may be malformed where validation left them so; nothing
here raises. Filling in twice changes nothing.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from lateen.api.meta import JsonObject

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def with_defaults(body: JsonObject) -> JsonObject:
    """A copy of `body` with the absent fields of its kind filled in; other kinds come back as they are."""
    fill = _FILLERS.get(body.get("kind", ""))
    if fill is None or not _is_core(body):
        return body
    copy: JsonObject = _copied(body)
    fill(copy)
    return copy


def _is_core(body: JsonObject) -> bool:
    group = str(body.get("apiVersion")).rpartition("/")[0]
    return group in ("", "apps", "extensions")


def _namespace(body: JsonObject) -> None:
    metadata = _object(body, "metadata")
    _object(metadata, "labels").setdefault(NAMESPACE_LABEL, metadata.get("name", ""))
    _object(body, "spec").setdefault("finalizers", ["kubernetes"])
    _object(body, "status").setdefault("phase", "Active")


def _secret(body: JsonObject) -> None:
    body.setdefault("type", "Opaque")
    texts = body.pop("stringData", None)
    if isinstance(texts, dict):
        data = _object(body, "data")
        data.update({key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()})


def _service(body: JsonObject) -> None:
    spec = _object(body, "spec")
    kind = spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    if kind != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    for port in _objects(spec, "ports"):
        port.setdefault("protocol", "TCP")
        if "port" in port:
            port["targetPort"] = port.get("targetPort") or port["port"]
    _object(body, "status").setdefault("loadBalancer", {})


def _deployment(body: JsonObject) -> None:
    spec = _object(body, "spec")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    strategy = _object(spec, "strategy")
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = _object(strategy, "rollingUpdate")
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    _pod_spec(_object(_object(spec, "template"), "spec"))


def _pod(body: JsonObject) -> None:
    spec = _object(body, "spec")
    _pod_spec(spec)
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = account
    spec.setdefault("enableServiceLinks", True)
    status = _object(body, "status")
    status.setdefault("phase", "Pending")
    status.setdefault("qosClass", _quality(spec))


def _pod_spec(spec: JsonObject) -> None:
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("schedulerName", "default-scheduler")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("securityContext", {})
    for container in (*_objects(spec, "initContainers"), *_objects(spec, "containers")):
        _container(container)
    for volume in _objects(spec, "volumes"):
        _volume(volume)


def _container(container: JsonObject) -> None:
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("imagePullPolicy", _pull_policy(str(container.get("image", ""))))
    resources = _object(container, "resources")
    if isinstance(resources.get("limits"), dict):
        resources["requests"] = {**resources["limits"], **_at(resources, "requests")}
    for port in _objects(container, "ports"):
        port.setdefault("protocol", "TCP")
    for variable in _objects(container, "env"):
        field = _at(variable, "valueFrom").get("fieldRef")
        if isinstance(field, dict):
            field.setdefault("apiVersion", "v1")
    for name in PROBES:
        if isinstance(container.get(name), dict):
            _probe(container[name])
    for hook in _at(container, "lifecycle").values():
        _http_get(hook)


def _probe(probe: JsonObject) -> None:
    for name, seconds in (
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ):
        probe.setdefault(name, seconds)
    _http_get(probe)


def _http_get(action: Any) -> None:  # JSON
    if isinstance(action, dict) and isinstance(get := action.get("httpGet"), dict):
        get.setdefault("path", "/")
        get.setdefault("scheme", "HTTP")


def _volume(volume: JsonObject) -> None:
    if set(volume) <= {"name"}:
        volume["emptyDir"] = {}
    for source in ("configMap", "secret", "downwardAPI", "projected"):
        if isinstance(volume.get(source), dict):
            volume[source].setdefault("defaultMode", 0o644)


def _pull_policy(image: str) -> str:
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    pinned = "@" in image or tag not in ("", "latest")
    return "IfNotPresent" if pinned else "Always"


def _quality(spec: JsonObject) -> str:
    containers = [_at(container, "resources") for container in _objects(spec, "containers")]
    pairs = [(_at(resources, "requests"), _at(resources, "limits")) for resources in containers]
    if not any(requests or limits for requests, limits in pairs):
        return "BestEffort"
    guaranteed = all(requests == limits and {"cpu", "memory"} <= set(limits) for requests, limits in pairs)
    return "Guaranteed" if guaranteed else "Burstable"


_FILLERS: Mapping[str, Callable[[JsonObject], None]] = {
    "Namespace": _namespace,
    "Secret": _secret,
    "Service": _service,
    "Deployment": _deployment,
    "Pod": _pod,
}


def _object(body: JsonObject, key: str) -> JsonObject:
    """The object under `key`, put there when there is none; a stranger's value stays and a scrap is returned."""
    if body.get(key) is None:
        body[key] = {}
    found = body[key]
    return found if isinstance(found, dict) else {}


def _at(body: JsonObject, *path: str) -> JsonObject:
    found: Any = body
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _objects(body: JsonObject, key: str) -> list[JsonObject]:
    found = body.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _copied(value: Any) -> Any:  # JSON
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items() if each is not None}
    return [_copied(each) for each in value] if isinstance(value, list) else value
