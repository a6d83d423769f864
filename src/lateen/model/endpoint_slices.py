"""EndpointSlices as documents: which pods stand behind a service, and whether they are ready."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.service import Service

SERVICE_LABEL = "kubernetes.io/service-name"
MANAGED_BY = {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}

Ports = tuple[tuple[str, int, str, str], ...]
"""(name, number, protocol, appProtocol) as the pods serve them."""


def slices_for(service: Service, pods: Sequence[Pod]) -> list[JsonObject]:
    """The slices that say where `pods` serve `service`. Pods that number their ports differently get slices apart."""
    by_ports: dict[Ports, list[Pod]] = defaultdict(list)
    for pod in sorted(pods, key=lambda pod: pod.metadata.name):
        if pod.status.pod_ip and pod.status.phase not in {"Succeeded", "Failed"}:
            by_ports[_ports(service, pod)].append(pod)
    return [_slice(service, ports, group) for ports, group in sorted(by_ports.items())]


def _slice(service: Service, ports: Ports, pods: Sequence[Pod]) -> JsonObject:
    suffix = hashlib.blake2s(repr(ports).encode(), digest_size=4).hexdigest()[:5]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service.metadata.name}-{suffix}",
            "namespace": service.metadata.namespace,
            "labels": {**service.metadata.labels, SERVICE_LABEL: service.metadata.name, **MANAGED_BY},
        },
        "addressType": "IPv4",
        "ports": [_port(*port) for port in ports],
        "endpoints": [_endpoint(service, pod) for pod in pods],
    }


def _port(name: str, number: int, protocol: str, app_protocol: str) -> JsonObject:
    port: JsonObject = {"name": name, "port": number, "protocol": protocol}
    return {**port, "appProtocol": app_protocol} if app_protocol else port


def _endpoint(service: Service, pod: Pod) -> JsonObject:
    terminating = bool(pod.metadata.deletion_timestamp)
    serving = _is_ready(pod)
    ready = (serving or service.spec.publish_not_ready_addresses) and not terminating
    endpoint: JsonObject = {
        "addresses": [pod.status.pod_ip],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "nodeName": pod.spec.node_name,
        "targetRef": {
            "kind": "Pod",
            "namespace": pod.metadata.namespace,
            "name": pod.metadata.name,
            "uid": pod.metadata.uid,
        },
    }
    if pod.spec.hostname and pod.spec.subdomain == service.metadata.name:
        endpoint["hostname"] = pod.spec.hostname
    return endpoint


def _ports(service: Service, pod: Pod) -> Ports:
    found = []
    for port in service.spec.ports:
        number = _target(pod, port.target_port or port.port, port.protocol)
        if number:
            found.append((port.name, number, port.protocol, port.app_protocol))
    return tuple(found)


def _target(pod: Pod, target: int | str, protocol: str) -> int:
    """The container port that `target` means for `pod`; 0 when the pod names none so."""
    if isinstance(target, int):
        return target
    for container in (*pod.spec.containers, *pod.spec.init_containers):
        for port in container.ports:
            if port.name == target and port.protocol == protocol:
                return port.container_port
    return 0


def _is_ready(pod: Pod) -> bool:
    return any(condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions)
