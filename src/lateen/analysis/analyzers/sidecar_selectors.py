"""Sidecars must select workloads that exist, and no workload may have two of them.

IST0101 for a selector that selects nothing, IST0110 for workloads that several select, IST0111 for namespaces with
several that select everything, IST0167 where there is no sidecar (ambient mode).
"""

from collections.abc import Iterator, Sequence

from lateen.analysis.config import Configuration
from lateen.analysis.messages import (
    DEFAULT_SIDECAR_CONFLICT,
    INEFFECTIVE_POLICY,
    NOT_FOUND,
    SIDECAR_CONFLICT,
    brackets,
)
from lateen.analysis.subject import selector_text
from lateen.analysis.system import is_ambient
from lateen.analysis.workloads import Workload
from lateen.api.namespace import Namespace
from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar

_REDIRECTION = "ambient.istio.io/redirection"
_SELECTOR = "spec.workloadSelector.labels"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report Sidecars that select nothing, or what others select."""
    by_namespace: dict[str, list[Sidecar]] = {}
    by_workload: dict[str, tuple[Workload, list[Sidecar]]] = {}
    for sidecar in config.of(Sidecar):
        namespace = sidecar.metadata.namespace
        labels = sidecar.spec.workload_selector.labels if sidecar.spec.workload_selector else {}
        if not labels:
            by_namespace.setdefault(namespace, []).append(sidecar)
            continue
        selected = list(config.workloads.selected(labels, namespace))
        if not selected:
            yield NOT_FOUND.at(sidecar.ref, _SELECTOR, what="selector", name=selector_text(labels))
        for workload in selected:
            by_workload.setdefault(str(workload.source), (workload, []))[1].append(sidecar)
    yield from _workload_conflicts(list(by_workload.values()))
    for namespace, sidecars in by_namespace.items():
        yield from _namespace_conflicts(config.namespaces.get(namespace), namespace, sidecars)


def _workload_conflicts(selections: Sequence[tuple[Workload, list[Sidecar]]]) -> Iterator[Problem]:
    reported: set[tuple[str, str]] = set()
    for workload, sidecars in selections:
        ambient = workload.annotations.get(_REDIRECTION) == "enabled"
        names = brackets(sorted(each.metadata.name for each in sidecars))
        for sidecar in sidecars if ambient or len(sidecars) > 1 else ():
            if (key := (str(sidecar.ref), "" if ambient else names)) in reported:
                continue
            reported.add(key)
            if ambient:
                yield INEFFECTIVE_POLICY.at(sidecar.ref, _SELECTOR, reason="the selected workload is in ambient mode")
                continue
            facts = {"names": names, "namespace": workload.namespace, "workload": workload.source.name}
            yield SIDECAR_CONFLICT.at(sidecar.ref, _SELECTOR, **facts)


def _namespace_conflicts(namespace: Namespace | None, name: str, sidecars: Sequence[Sidecar]) -> Iterator[Problem]:
    names = brackets(sorted(each.metadata.name for each in sidecars))
    for sidecar in sidecars:
        if namespace is not None and is_ambient(namespace.metadata.labels):
            yield INEFFECTIVE_POLICY.at(sidecar.ref, "spec", reason="its namespace is in ambient mode")
        elif len(sidecars) > 1:
            yield DEFAULT_SIDECAR_CONFLICT.at(sidecar.ref, "spec", names=names, namespace=name)
