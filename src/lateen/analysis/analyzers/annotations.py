"""Annotations of Istio's must exist, be where they have an effect, and have values that can be read.

IST0107 for one on the wrong kind, IST0108 for one that Istio does not have, IST0125 for a wrong value, IST0135 for one
that is deprecated.
"""

from collections.abc import Iterator

from lateen.analysis.annotation import ANNOTATIONS, WRITTEN_BY_ISTIO, Annotation, is_istio
from lateen.analysis.annotation_value import defect_of
from lateen.analysis.config import Configuration
from lateen.analysis.messages import (
    DEPRECATED_ANNOTATION,
    INVALID_ANNOTATION,
    MISPLACED_ANNOTATION,
    UNKNOWN_ANNOTATION,
)
from lateen.api.deployment import Deployment
from lateen.api.meta import Resource
from lateen.api.namespace import Namespace
from lateen.api.pod import Pod
from lateen.api.problem import Problem
from lateen.api.service import Service
from lateen.model.injection import INJECT

KINDS: tuple[type[Resource], ...] = (Namespace, Service, Pod, Deployment)


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report annotations that do not do what they seem to."""
    for kind in KINDS:
        for resource in config.of(kind):
            for name, value in sorted(resource.metadata.annotations.items()):
                if is_istio(name) and name not in WRITTEN_BY_ISTIO:
                    yield from _analyze_annotation(resource, name, value)


def _analyze_annotation(resource: Resource, name: str, value: str) -> Iterator[Problem]:
    path = f"metadata.annotations[{name}]"
    known = ANNOTATIONS.get(name)
    if known is None:
        yield UNKNOWN_ANNOTATION.at(resource.ref, path, annotation=name)
        return
    if known.deprecated and not _has_successor(resource, name):
        extra = f' in favor of the label "{INJECT}"' if name == INJECT else ""
        yield DEPRECATED_ANNOTATION.at(resource.ref, path, annotation=name, extra=extra)
    if "Any" in known.kinds:
        return
    if resource.kind not in known.kinds:
        hint = "move it to spec.template.metadata" if _belongs_to_pods(resource, known) else ""
        yield MISPLACED_ANNOTATION.at(resource.ref, path, annotation=name, kinds=", ".join(known.kinds), hint=hint)
    elif detail := defect_of(name, value):
        yield INVALID_ANNOTATION.at(resource.ref, path, annotation=name, detail=detail)


def _belongs_to_pods(resource: Resource, known: Annotation) -> bool:
    return resource.kind == "Deployment" and "Pod" in known.kinds


def _has_successor(resource: Resource, name: str) -> bool:
    return name == INJECT and INJECT in resource.metadata.labels
