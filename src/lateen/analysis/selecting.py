"""Which workloads the resources of one kind select, and what two of them select."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from lateen.analysis.workloads import Workload, WorkloadIndex
from lateen.api.meta import Resource

R = TypeVar("R", bound=Resource)


class Selections(Generic[R]):
    """What resources with their labels select in their own namespaces; `idle` are those that select nothing."""

    def __init__(self, resources: Iterable[tuple[R, Mapping[str, str]]], workloads: WorkloadIndex) -> None:
        self.idle: list[tuple[R, Mapping[str, str]]] = []
        self._by_workload: dict[str, tuple[Workload, list[R]]] = {}
        for resource, labels in resources:
            selected = list(workloads.selected(labels, resource.metadata.namespace))
            if not selected:
                self.idle.append((resource, labels))
            for workload in selected:
                self._by_workload.setdefault(str(workload.source), (workload, []))[1].append(resource)

    def __iter__(self) -> Iterator[tuple[Workload, Sequence[R]]]:
        """Each workload that is selected, and by what."""
        return iter(self._by_workload.values())
