"""Kubernetes Services and the endpoints in their EndpointSlices."""

from collections.abc import Iterator, Mapping, Sequence

from lateen.api.endpoint_slice import Endpoint as SliceEndpoint
from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.service import Service as KubernetesService
from lateen.api.service import ServicePort as KubernetesPort
from lateen.model.pods import TLS_MODE_LABEL
from lateen.model.protocol import service_port_protocol
from lateen.model.service import Endpoint, Locality, Resolution, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.traffic_distribution import traffic_distribution
from lateen.model.workload import Workload

EXPORT_ANNOTATION = "networking.istio.io/exportTo"

PortEndpoints = dict[int, tuple[Endpoint, ...]]
"""By service port number."""


def service_hostname(name: str, namespace: str, settings: MeshSettings) -> str:
    """The name a Kubernetes service has in the mesh."""
    return f"{name}.{namespace}.svc.{settings.cluster_domain}"


def service_of(source: KubernetesService, settings: MeshSettings, distribution: str = "") -> Service:
    """The mesh's view of a Kubernetes service; `distribution` is its namespace's annotation."""
    meta, spec = source.metadata, source.spec
    addresses = spec.cluster_ips or (spec.cluster_ip,)
    return Service(
        hostname=service_hostname(meta.name, meta.namespace, settings),
        namespace=meta.namespace,
        ports=tuple(_port(port) for port in spec.ports),
        source=source.ref,
        addresses=tuple(address for address in addresses if address not in {"", "None"}),
        resolution=Resolution.ALIAS if spec.type == "ExternalName" else Resolution.STATIC,
        headless=source.headless and spec.type != "ExternalName",
        created=meta.creation_timestamp,
        export_to=_export_to(meta.annotations) or settings.default_service_export_to,
        selector=spec.selector,
        labels=meta.labels,
        annotations=meta.annotations,
        traffic_distribution=traffic_distribution(spec.traffic_distribution, meta.annotations, distribution),
        alias_of=spec.external_name.rstrip(".").lower() if spec.type == "ExternalName" else "",
    )


def _port(port: KubernetesPort) -> ServicePort:
    return ServicePort(
        number=port.port,
        name=port.name,
        protocol=service_port_protocol(port.port, port.name, port.protocol, port.app_protocol),
        target=port.target_port or port.port,
        node_port=port.node_port,
    )


def _export_to(annotations: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part for word in annotations.get(EXPORT_ANNOTATION, "").split(",") if (part := word.strip()))


def slices_by_service(slices: Mapping[tuple[str, str], EndpointSlice]) -> dict[tuple[str, str], list[EndpointSlice]]:
    """IP slices by the (namespace, name) of their service, in the order of their names."""
    found: dict[tuple[str, str], list[EndpointSlice]] = {}
    for each in slices.values():
        if each.service_name and each.address_type != "FQDN":
            found.setdefault((each.metadata.namespace, each.service_name), []).append(each)
    for group in found.values():
        if len(group) > 1:
            group.sort(key=lambda each: each.metadata.name)
    return found


def pods_in(slices: Sequence[EndpointSlice]) -> tuple[tuple[str, str], ...]:
    """(namespace, name) of every pod that the slices point at."""
    return tuple(key for each in slices for endpoint in each.endpoints if (key := _pod_key(each, endpoint)) is not None)


def _pod_key(owner: EndpointSlice, endpoint: SliceEndpoint) -> tuple[str, str] | None:
    target = endpoint.target_ref
    if target is None or target.kind != "Pod":
        return None
    return target.namespace or owner.metadata.namespace, target.name


def service_endpoints(
    service: Service, slices: Sequence[EndpointSlice], pods: Sequence[Workload | None]
) -> PortEndpoints:
    """The endpoints of each port. `pods` are the workloads that `pods_in(slices)` names, None where there is none."""
    workloads = dict(zip(pods_in(slices), pods, strict=True))
    found: dict[int, dict[str, Endpoint]] = {port.number: {} for port in service.ports}
    for each in slices:
        for number, target in _numbers(service, each):
            for endpoint in each.endpoints:
                workload = workloads.get(_pod_key(each, endpoint) or ("", ""))
                for made in _endpoints(endpoint, target, service.namespace, workload):
                    known = found[number].get(made.address)
                    if known is None or (made.ready and not known.ready):
                        found[number][made.address] = made
    return {number: tuple(by_address.values()) for number, by_address in found.items()}


def _numbers(service: Service, owner: EndpointSlice) -> Iterator[tuple[int, int]]:
    """Pairs of a service port's number and the endpoints' port for it."""
    for port in service.ports:
        for offered in owner.ports:
            if offered.name == port.name:
                yield port.number, offered.port or (port.target if isinstance(port.target, int) else port.number)
                break


def _endpoints(endpoint: SliceEndpoint, port: int, namespace: str, workload: Workload | None) -> Iterator[Endpoint]:
    conditions = endpoint.conditions
    ready = conditions.ready is not False
    for address in endpoint.addresses:
        yield Endpoint(
            address=address,
            port=port,
            labels=workload.labels if workload else {},
            namespace=workload.namespace if workload else namespace,
            workload=workload.deployment if workload else "",
            pod=workload.name if workload else "",
            service_account=workload.service_account if workload else "",
            locality=workload.locality if workload else Locality(zone=endpoint.zone),
            ready=ready,
            draining=not ready and bool(conditions.serving) and bool(conditions.terminating),
            tls_mode=workload.labels.get(TLS_MODE_LABEL, "") if workload else "",
            host_name=endpoint.hostname,
        )
