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
from lateen.analysis.selecting import Selections
from lateen.analysis.subject import selector_text
from lateen.analysis.system import is_ambient
from lateen.api.namespace import Namespace
from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar
from lateen.model.legacy.outcome import age_of

_SELECTOR = "spec.workloadSelector.labels"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report Sidecars that select nothing, or what others select."""
    by_namespace: dict[str, list[Sidecar]] = {}
    selective = []
    for sidecar in config.of(Sidecar):
        selector = sidecar.spec.workload_selector
        if selector is not None and selector.labels:
            selective.append((sidecar, selector.labels))
        else:
            by_namespace.setdefault(sidecar.metadata.namespace, []).append(sidecar)
    selections = Selections(selective, config.workloads)
    for sidecar, labels in selections.idle:
        yield NOT_FOUND.at(sidecar.ref, _SELECTOR, what="selector", name=selector_text(labels))
    yield from _workload_conflicts(selections)
    for namespace, sidecars in by_namespace.items():
        yield from _namespace_conflicts(config.namespaces.get(namespace), namespace, sidecars)


def _workload_conflicts(selections: Selections[Sidecar]) -> Iterator[Problem]:
    reported: set[tuple[str, str]] = set()
    for workload, sidecars in selections:
        ambient = workload.is_ambient
        names = brackets(sorted(each.metadata.name for each in sidecars))
        for sidecar in sidecars if ambient or len(sidecars) > 1 else ():
            if (key := (str(sidecar.ref), "" if ambient else names)) in reported:
                continue
            reported.add(key)
            if ambient:
                yield INEFFECTIVE_POLICY.at(sidecar.ref, _SELECTOR, reason="the selected workload is in ambient mode")
                continue
            facts = {"names": names, "namespace": workload.namespace, "workload": workload.source.name}
            first = _oldest(sidecars)
            in_force = sidecar.metadata.name == first
            yield SIDECAR_CONFLICT.among(sidecar.ref, _SELECTOR, in_force=in_force, first=first, **facts)


def _namespace_conflicts(namespace: Namespace | None, name: str, sidecars: Sequence[Sidecar]) -> Iterator[Problem]:
    names = brackets(sorted(each.metadata.name for each in sidecars))
    for sidecar in sidecars:
        if namespace is not None and is_ambient(namespace.metadata.labels):
            yield INEFFECTIVE_POLICY.at(sidecar.ref, "spec", reason="its namespace is in ambient mode")
        elif len(sidecars) > 1:
            first = _oldest(sidecars)
            facts = {"names": names, "namespace": name, "first": first}
            yield DEFAULT_SIDECAR_CONFLICT.among(sidecar.ref, "spec", in_force=sidecar.metadata.name == first, **facts)


def _oldest(sidecars: Sequence[Sidecar]) -> str:
    """The name of the one that proxies go by."""
    return min(sidecars, key=age_of).metadata.name
