"""What selectors may select: pods, and the pods that deployments are going to make."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lateen.api.deployment import Deployment
from lateen.api.pod import Pod, PodSpec
from lateen.api.problem import ResourceRef
from lateen.model.pods import PROXY_CONTAINER
from lateen.model.selection import selects

_REDIRECTION = "ambient.istio.io/redirection"


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """A pod, or a deployment's template (`is_template`), which stands for the pods it makes."""

    source: ResourceRef
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: PodSpec
    is_template: bool = False

    @property
    def namespace(self) -> str:
        """Where the pods are."""
        return self.source.namespace

    @property
    def name(self) -> str:
        """`namespace/name`, for messages."""
        return f"{self.source.namespace}/{self.source.name}"

    @property
    def is_ambient(self) -> bool:
        """Whether its traffic is redirected without a sidecar."""
        return self.annotations.get(_REDIRECTION) == "enabled"

    @property
    def has_proxy(self) -> bool:
        """Whether a sidecar is among its containers."""
        containers = (*self.spec.containers, *self.spec.init_containers)
        return any(each.name == PROXY_CONTAINER and each.image for each in containers)


class WorkloadIndex:
    """Finds workloads by labels without looking at all of them."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self.all = tuple(workloads)
        self._by_pair: dict[tuple[str, str], list[Workload]] = {}
        for workload in self.all:
            for pair in workload.labels.items():
                self._by_pair.setdefault(pair, []).append(workload)

    def selected(self, selector: Mapping[str, str], namespace: str | None = None) -> Iterator[Workload]:
        """The workloads with all labels of `selector` (empty: every one), in `namespace` (None: in any)."""
        candidates: Sequence[Workload] = self.all
        for pair in selector.items():
            candidates = min(candidates, self._by_pair.get(pair, ()), key=len)
        for workload in candidates:
            if namespace in (None, workload.namespace) and selects(selector, workload.labels):
                yield workload


def pod_workload(pod: Pod) -> Workload:
    """The workload that a pod is."""
    return Workload(pod.ref, pod.metadata.labels, pod.metadata.annotations, pod.spec)


def template_workload(deployment: Deployment) -> Workload:
    """The workload that a deployment makes."""
    template = deployment.spec.template
    meta = template.metadata
    return Workload(deployment.ref, meta.labels, meta.annotations, template.spec, is_template=True)
