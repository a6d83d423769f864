"""What files leave to a running mesh, assumed: addresses of services, pods of deployments, endpoints of services."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from itertools import count

from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import ResourceRef
from lateen.api.service_entry import ServiceEntry
from lateen.model.entry_addresses import with_addresses as with_automatic_addresses
from lateen.model.injection import NAMESPACE_LABEL, inject, wants_injection
from lateen.model.proxy_container import Owner

FIRST_SERVICE = IPv4Address("10.96.0.1")
FIRST_POD = IPv4Address("10.244.0.1")
MOST_REPLICAS = 100

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
"""Kinds that have a pod template below `spec.template`."""

NamespaceLabels = Mapping[str, Mapping[str, str]]


def free_addresses(first: IPv4Address, taken: Collection[str]) -> Iterator[str]:
    """Address after address that nobody has; none ends in 0 or 255."""
    for step in count():
        address = str(first + step)
        if address not in taken and not address.endswith((".0", ".255")):
            yield address


def with_addresses(services: Sequence[JsonObject]) -> list[JsonObject]:
    """Services with a cluster IP each, where they should have one."""
    taken = {str((each.get("spec") or {}).get("clusterIP")) for each in services}
    free = free_addresses(FIRST_SERVICE, taken)
    return [_with_address(each, free) if _lacks_address(each) else each for each in services]


def entries_with_addresses(resources: Mapping[ResourceRef, Resource]) -> dict[ResourceRef, Resource]:
    """The same with the automatic addresses of ServiceEntries; those that have some keep them."""
    entries = [each for each in resources.values() if isinstance(each, ServiceEntry)]
    return {**resources, **{each.ref: each for each in with_automatic_addresses(entries)}}


def _lacks_address(service: JsonObject) -> bool:
    spec = service.get("spec") or {}
    return not spec.get("clusterIP") and spec.get("type") != "ExternalName"


def _with_address(service: JsonObject, free: Iterator[str]) -> JsonObject:
    address = next(free)
    return {**service, "spec": {**(service.get("spec") or {}), "clusterIP": address, "clusterIPs": [address]}}


def completed_pods(pods: Iterable[JsonObject], namespaces: NamespaceLabels) -> Iterator[JsonObject]:
    """Pods with an address, ready, and with a proxy where they would get one. What runs already stays as it is."""
    every = list(pods)
    free = free_addresses(FIRST_POD, {str((each.get("status") or {}).get("podIP")) for each in every})
    for pod in every:
        if (pod.get("status") or {}).get("phase"):
            yield pod
        else:
            yield _running(_injected(pod, namespaces, None), free)


def pods_of(workload: JsonObject, namespaces: NamespaceLabels) -> Iterator[JsonObject]:
    """The pods that a deployment or its like would have, named `<deployment>-1` and so on; not running yet."""
    spec, meta = workload["spec"], workload["metadata"]
    template = spec.get("template") or {}
    template_meta = template.get("metadata") or {}
    owner = {"apiVersion": workload["apiVersion"], "kind": workload["kind"], "name": meta["name"], "uid": ""}
    metadata = {
        **template_meta,
        "namespace": meta["namespace"],
        "name": meta["name"],
        "ownerReferences": [{**owner, "controller": True}],
    }
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.get("spec") or {}}
    made = _injected(body, namespaces, Owner(owner["apiVersion"], owner["kind"], owner["name"]))
    replicas = spec.get("replicas", 1)
    for number in range(1, min(replicas if isinstance(replicas, int) else 1, MOST_REPLICAS) + 1):
        yield {**made, "metadata": {**made["metadata"], "name": f"{meta['name']}-{number}"}}


def _injected(pod: JsonObject, namespaces: NamespaceLabels, owner: Owner | None) -> JsonObject:
    """Namespaces that no file describes count as `istio-injection=enabled`: whoever asks has a mesh in mind."""
    meta = pod["metadata"]
    namespace = meta["namespace"]
    wanted = wants_injection(
        meta.get("labels") or {},
        meta.get("annotations") or {},
        namespaces.get(namespace, {NAMESPACE_LABEL: "enabled"}),
        namespace=namespace,
        host_network=bool((pod.get("spec") or {}).get("hostNetwork")),
    )
    return inject(pod, owner=owner, namespace=namespace) if wanted else pod


def _running(pod: JsonObject, free: Iterator[str]) -> JsonObject:
    conditions = [{"type": "Ready", "status": "True"}]
    address = (pod.get("status") or {}).get("podIP") or next(free)
    return {**pod, "status": {"phase": "Running", "podIP": address, "conditions": conditions}}
