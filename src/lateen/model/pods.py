"""Pods as workloads."""

from collections.abc import Iterator, Mapping

from lateen.api.container import Container
from lateen.api.node import Node
from lateen.api.pod import Pod
from lateen.api.probe import Probe
from lateen.api.topology import REGION, SUBZONE, ZONE
from lateen.model.service import Locality
from lateen.model.workload import ContainerPort, Workload

PROXY_CONTAINER = "istio-proxy"
TLS_MODE_LABEL = "security.istio.io/tlsMode"


def parse_locality(text: str) -> Locality:
    """`region/zone/subzone`, of which the last parts may be missing."""
    region, zone, subzone, *_ = [*text.split("/"), "", "", ""]
    return Locality(region, zone, subzone)


def node_locality(node: Node) -> Locality:
    """Where a node is, by its well-known labels."""
    labels = node.metadata.labels
    return Locality(
        labels.get(REGION, labels.get("failure-domain.beta.kubernetes.io/region", "")),
        labels.get(ZONE, labels.get("failure-domain.beta.kubernetes.io/zone", "")),
        labels.get(SUBZONE, ""),
    )


def labelled_locality(labels: Mapping[str, str]) -> Locality | None:
    """What the label `istio-locality` says, with `.` for `/`, which labels forbid."""
    label = labels.get("istio-locality", "")
    return parse_locality(label if "/" in label else label.replace(".", "/")) if label else None


def pod_locality(pod: Pod, nodes: Mapping[str, Locality]) -> Locality:
    """What the pod's labels say, else the node's."""
    return labelled_locality(pod.metadata.labels) or nodes.get(pod.spec.node_name, Locality())


def workload_of(pod: Pod, locality: Locality) -> Workload:
    """The workload that a pod is. The proxy's ports count only where it is all there is: in gateways."""
    meta = pod.metadata
    every = (*pod.spec.init_containers, *pod.spec.containers)
    apps = [container for container in every if container.name != PROXY_CONTAINER]
    return Workload(
        name=meta.name,
        namespace=meta.namespace,
        address=pod.status.pod_ip,
        labels=meta.labels,
        annotations=meta.annotations,
        service_account=pod.spec.service_account_name or pod.spec.service_account or "default",
        deployment=deployment_name(pod),
        ports=tuple(
            ContainerPort(port.container_port, port.name, port.protocol)
            for container in apps or every
            for port in container.ports
        ),
        locality=locality,
        has_sidecar=any(container.name == PROXY_CONTAINER for container in every),
        ready=pod.ready and not meta.deletion_timestamp,
        probe_ports=tuple(sorted({port for container in apps for port in _probe_ports(container)})),
    )


def deployment_name(pod: Pod) -> str:
    """The name of what the pod was made by, as Istio names workloads: the Deployment, not its ReplicaSet."""
    meta = pod.metadata
    if label := meta.labels.get("service.istio.io/workload-name"):
        return label
    owner = next((owner for owner in meta.owner_references if owner.controller), None)
    if owner is None:
        return meta.name
    if owner.kind == "ReplicaSet" and (template := meta.labels.get("pod-template-hash")):
        return owner.name.removesuffix(f"-{template}")
    return owner.name


def _probe_ports(container: Container) -> Iterator[int]:
    names = {port.name: port.container_port for port in container.ports}
    for probe in (container.liveness_probe, container.readiness_probe, container.startup_probe):
        for port in _ports_of(probe) if probe else ():
            number = names.get(port, 0) if isinstance(port, str) else port
            if number:
                yield number


def _ports_of(probe: Probe) -> Iterator[int | str]:
    for action in (probe.http_get, probe.tcp_socket, probe.grpc):
        if action is not None:
            yield action.port
