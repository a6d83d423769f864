"""Annotations of features that Istio calls alpha.

IST0136 for each; not looked for unless asked for.
"""

from collections.abc import Iterator

from lateen.analysis.analyzers.annotations import KINDS
from lateen.analysis.annotation import ANNOTATIONS, WRITTEN_BY_CNI, WRITTEN_BY_ISTIO
from lateen.analysis.config import Configuration
from lateen.analysis.messages import ALPHA_ANNOTATION
from lateen.api.meta import Resource
from lateen.api.pod import Pod
from lateen.api.problem import Problem

_CAPTURE_CONTAINER = "istio-init"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report alpha annotations that a user wrote."""
    for kind in KINDS:
        for resource in config.of(kind):
            ignored = WRITTEN_BY_ISTIO | WRITTEN_BY_CNI if _is_captured_by_cni(resource) else WRITTEN_BY_ISTIO
            for name in sorted(resource.metadata.annotations):
                known = ANNOTATIONS.get(name)
                if known is not None and known.alpha and name not in ignored:
                    yield ALPHA_ANNOTATION.at(resource.ref, f"metadata.annotations[{name}]", annotation=name)


def _is_captured_by_cni(resource: Resource) -> bool:
    return isinstance(resource, Pod) and all(each.name != _CAPTURE_CONTAINER for each in resource.spec.init_containers)
