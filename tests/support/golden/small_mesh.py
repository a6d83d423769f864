"""The services a golden case is played in, from a few words each.

    services:
    - {name: reviews, ports: [http 9080], versions: [v1, v2]}

makes Service `reviews` with address 10.96.0.10 and pods `reviews-v1`, `reviews-v2` (labels `app`, `version`) with
sidecars and addresses 10.244.1.1 and 10.244.1.2. The second service gets 10.96.0.20 and 10.244.2.*, and so on.
"""

from dataclasses import dataclass
from typing import Any

from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import decode

CREATED = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class SmallService:
    """A service of the case."""

    name: str
    namespace: str
    address: str
    ports: tuple[tuple[str, int], ...]
    pods: dict[str, str]
    """Addresses by pod name."""
    labels: dict[str, str]


def small_services(words: list[JsonObject]) -> list[SmallService]:
    return [_small_service(position, word) for position, word in enumerate(words, start=1)]


def bodies_of(service: SmallService) -> list[JsonObject]:
    """The documents of its Service, Pods and EndpointSlice."""
    return [_service(service), _slice(service), *(_pod(service, name) for name in service.pods)]


def resources_of(service: SmallService) -> list[Resource]:
    """Its Service, Pods and EndpointSlice."""
    return [_decoded(body) for body in bodies_of(service)]


def _small_service(position: int, word: JsonObject) -> SmallService:
    versions = word.get("versions", ["v1"])
    return SmallService(
        name=word["name"],
        namespace=word.get("namespace", "default"),
        address=word.get("address", f"10.96.0.{10 * position}"),
        ports=tuple((name, int(number)) for name, number in (text.split() for text in word["ports"])),
        pods={f"{word['name']}-{version}": f"10.244.{position}.{n}" for n, version in enumerate(versions, start=1)},
        labels=word.get("labels", {}),
    )


def _decoded(body: JsonObject) -> Resource:
    resource, problems = decode(body)
    assert resource is not None, problems
    return resource


def _meta(service: SmallService, name: str, **more: Any) -> JsonObject:  # Any: metadata fields
    return {"name": name, "namespace": service.namespace, "creationTimestamp": CREATED, **more}


def _app_labels(service: SmallService) -> dict[str, str]:
    return {"app": service.name, **service.labels}


def _service(service: SmallService) -> JsonObject:
    ports = [{"name": name, "port": port, "targetPort": port} for name, port in service.ports]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _meta(service, service.name),
        "spec": {"clusterIP": service.address, "ports": ports, "selector": _app_labels(service)},
    }


def _slice(service: SmallService) -> JsonObject:
    endpoints = [
        {
            "addresses": [address],
            "conditions": {"ready": True},
            "targetRef": {"kind": "Pod", "name": name, "namespace": service.namespace},
        }
        for name, address in service.pods.items()
    ]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": _meta(service, f"{service.name}-1", labels={"kubernetes.io/service-name": service.name}),
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": [{"name": name, "port": port, "protocol": "TCP"} for name, port in service.ports],
    }


def _pod(service: SmallService, name: str) -> JsonObject:
    version = name.removeprefix(f"{service.name}-")
    containers = [{"name": "app", "image": "app"}, {"name": "istio-proxy", "image": "proxyv2"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _meta(service, name, labels={**_app_labels(service), "version": version}),
        "spec": {"containers": containers, "serviceAccountName": service.name},
        "status": {
            "podIP": service.pods[name],
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
