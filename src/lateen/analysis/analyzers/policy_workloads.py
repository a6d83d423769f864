"""AuthorizationPolicies must be for workloads of the mesh, and speak of namespaces that exist.

IST0127 for a policy that is for no workload, IST0101 for a namespace that is not there.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NO_WORKLOAD, NOT_FOUND
from lateen.analysis.subject import selector_text
from lateen.api.authorization_policy import AuthorizationPolicy
from lateen.api.problem import Problem

_ANY = "*"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report policies for nobody, and about nobody."""
    for policy in config.of(AuthorizationPolicy):
        yield from _analyze_workloads(config, policy)
        yield from _analyze_namespaces(config, policy)


def _analyze_workloads(config: Configuration, policy: AuthorizationPolicy) -> Iterator[Problem]:
    namespace, selector = policy.metadata.namespace, policy.spec.selector
    is_mesh_wide = namespace == config.settings.root_namespace
    if is_mesh_wide and selector is None:
        return
    labels = selector.match_labels if selector else {}
    selected = config.workloads.selected(labels, None if is_mesh_wide else namespace)
    if not any(config.is_in_mesh(each) for each in selected):
        path = "spec.selector.matchLabels" if selector else "spec"
        yield NO_WORKLOAD.at(policy.ref, path, labels=selector_text(labels) or "any")


def _analyze_namespaces(config: Configuration, policy: AuthorizationPolicy) -> Iterator[Problem]:
    for place, rule in enumerate(policy.spec.rules):
        for number, each in enumerate(rule.from_):
            path = f"spec.rules[{place}].from[{number}].source"
            lists = (("namespaces", each.source.namespaces), ("notNamespaces", each.source.not_namespaces))
            for key, names in lists:
                for entry, name in enumerate(names):
                    if not any(_fits(known.lower(), name.lower()) for known in config.namespaces):
                        yield NOT_FOUND.at(policy.ref, f"{path}.{key}[{entry}]", what="namespace", name=name)


def _fits(name: str, pattern: str) -> bool:
    if pattern.startswith(_ANY):
        return name.endswith(pattern[1:])
    return name.startswith(pattern[:-1]) if pattern.endswith(_ANY) else name == pattern
