"""Which Sidecar is in force for a workload. Rules: `initSidecarScopes` and `getSidecarScope` in Istio."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lateen.api.problem import Problem, Severity
from lateen.api.sidecar import Sidecar
from lateen.model.selection import selects
from lateen.model.workload import Workload

SELECTED_TWICE = "IST0110"
DECLARED_TWICE = "IST0111"


@dataclass(frozen=True, slots=True, eq=False)
class SidecarIndex:
    """Each namespace's Sidecars in order of choice: those for chosen workloads first, each group oldest first.

    `default` is the root namespace's, for workloads that no Sidecar of their own namespace is for.
    """

    by_namespace: Mapping[str, tuple[Sidecar, ...]] = field(default_factory=dict)
    default: Sidecar | None = None

    def sidecar_for(self, namespace: str, labels: Mapping[str, str]) -> Sidecar | None:
        """The one in force for a workload."""
        own = self.by_namespace.get(namespace, ())
        return next((each for each in own if _is_for(each, labels)), self.default)


NO_SIDECARS = SidecarIndex()


def index_sidecars(sidecars: Iterable[Sidecar], root_namespace: str) -> SidecarIndex:
    """Index `sidecars`, which are sorted oldest first."""
    found: dict[str, list[Sidecar]] = {}
    for each in sorted(sidecars, key=is_general):
        found.setdefault(each.metadata.namespace, []).append(each)
    default = next((each for each in found.get(root_namespace, ()) if is_general(each)), None)
    return SidecarIndex({namespace: tuple(group) for namespace, group in found.items()}, default)


def is_general(sidecar: Sidecar) -> bool:
    """Whether it is for the whole namespace; a selector without labels is for all of it, too, but comes first."""
    return sidecar.spec.workload_selector is None


def _is_for(sidecar: Sidecar, labels: Mapping[str, str]) -> bool:
    selector = sidecar.spec.workload_selector
    return selector is None or selects(selector.labels, labels)


def sidecar_conflicts(index: SidecarIndex, workloads: Iterable[Workload]) -> tuple[Problem, ...]:
    """A finding about each Sidecar that another, older one keeps from being in force."""
    found: dict[Problem, None] = {}
    rivals = {namespace: group for namespace, group in index.by_namespace.items() if len(group) > 1}
    for namespace, group in rivals.items():
        general = [each for each in group if is_general(each)]
        what = f'have no workload selector: for namespace "{namespace}"'
        found.update(dict.fromkeys(_losers(general, DECLARED_TWICE, "spec", what)))
    for workload in sorted(workloads, key=lambda each: each.deployment or each.name) if rivals else ():
        group = rivals.get(workload.namespace, ())
        chosen = [each for each in group if not is_general(each) and _is_for(each, workload.labels)]
        what = f'all select the workload "{workload.deployment or workload.name}": for it'
        found.update(dict.fromkeys(_losers(chosen, SELECTED_TWICE, "spec.workloadSelector", what)))
    return tuple(found)


def _losers(group: Sequence[Sidecar], code: str, path: str, what: str) -> Iterator[Problem]:
    for loser in group[1:]:
        first = group[0].metadata
        names = f"{first.name}, {loser.metadata.name}"
        message = f"The Sidecars {names} {what} {first.namespace}/{first.name} is in force, which is older"
        yield Problem(loser.ref, path, code, Severity.WARNING, message, "merge the two, or delete one of them")
