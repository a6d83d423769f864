"""A mesh of a given size, as documents: services with one pod each, spread over namespaces and ports."""

from collections.abc import Iterator
from typing import Any

NAMESPACES = 10
PORTS = (80, 8080, 9080, 3000, 5000, 7000, 8000, 8081, 9000, 9090)

Document = dict[str, Any]


def place(index: int) -> tuple[str, str, int]:
    """Namespace, name and port of the service number `index`."""
    return f"team-{index % NAMESPACES}", f"service-{index}", PORTS[(index // NAMESPACES) % len(PORTS)]


def address(index: int, generation: int = 0) -> str:
    """The pod's address; another one in every generation."""
    return f"10.{244 + generation % 8}.{index // 250}.{index % 250 + 1}"


def documents(services: int) -> Iterator[Document]:
    """Everything that makes the mesh."""
    for namespace in range(NAMESPACES):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"team-{namespace}"}}
    for index in range(services):
        yield service(index)
        yield pod(index)
        yield endpoint_slice(index)


def service(index: int) -> Document:
    namespace, name, port = place(index)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "clusterIP": f"10.96.{index // 250}.{index % 250 + 1}",
            "selector": {"app": name},
            "ports": [{"name": "http", "port": port, "targetPort": 8080}],
        },
    }


def pod(index: int) -> Document:
    namespace, name, _ = place(index)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-pod",
            "namespace": namespace,
            "labels": {"app": name, "version": "v1"},
        },
        "spec": {
            "serviceAccountName": name,
            "nodeName": "node",
            "containers": [{"name": "app", "image": "app", "ports": [{"containerPort": 8080}]}],
        },
        "status": {
            "phase": "Running",
            "podIP": address(index),
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def endpoint_slice(index: int, generation: int = 0) -> Document:
    """The service's endpoint; a new generation moves it elsewhere."""
    namespace, name, _ = place(index)
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-1",
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [address(index, generation)],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": f"{name}-pod"},
            }
        ],
    }


def virtual_service(index: int, generation: int = 0) -> Document:
    """A route for the service; a new generation has another timeout."""
    namespace, name, _ = place(index)
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "hosts": [name],
            "http": [{"route": [{"destination": {"host": name}}], "timeout": f"{generation % 50 + 1}s"}],
        },
    }


def node(index: int) -> Document:
    """How the sidecar of a service's pod introduces itself."""
    namespace, name, _ = place(index)
    return {
        "id": f"sidecar~{address(index)}~{name}-pod.{namespace}~{namespace}.svc.cluster.local",
        "metadata": {
            "NAME": f"{name}-pod",
            "NAMESPACE": namespace,
            "LABELS": {"app": name, "version": "v1"},
            "SERVICE_ACCOUNT": name,
            "ISTIO_VERSION": "bench",
        },
    }
