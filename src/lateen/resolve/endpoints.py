"""Where a cluster's requests go: the service's endpoints, chosen, grouped and ranked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.ir.endpoint import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.model import service as model
from lateen.model.injection import CANONICAL_NAME, CANONICAL_REVISION
from lateen.model.selection import selects
from lateen.model.service import Locality
from lateen.resolve.locality import Preference, distributed, ranks_of
from lateen.resolve.place import Place

CLUSTER_ID = "Kubernetes"


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """How one cluster's endpoints are chosen: by `labels`, by address kind, some before others by `preference`.

    `declared_by` is the destination rule that declares the `subset`.
    """

    cluster: str
    labels: tuple[tuple[str, str], ...]
    preference: Preference | None = None
    by_name: bool = False
    only_first: bool = False
    subset: str = ""
    declared_by: ResourceRef | None = None


@dataclass(frozen=True, slots=True)
class PortEndpoints:
    """The endpoints of all clusters of one service port."""

    assignments: tuple[LoadAssignment, ...]
    problems: tuple[Problem, ...]


def port_endpoints(
    plans: Sequence[EndpointPlan], endpoints: Sequence[model.Endpoint], client: Place | None
) -> PortEndpoints:
    """The endpoints of each planned cluster, and a remark on each subset that has none while the service has some."""
    assignments = tuple(assignment_for(plan, endpoints, client) for plan in plans)
    serving = any(_serves(each) for each in endpoints)
    return PortEndpoints(
        assignments,
        tuple(
            _empty_subset(plan)
            for plan, assignment in zip(plans, assignments, strict=True)
            if serving and plan.declared_by and not assignment.localities
        ),
    )


def _empty_subset(plan: EndpointPlan) -> Problem:
    labels = ", ".join(f"{key}={value}" for key, value in plan.labels)
    return Problem(
        plan.declared_by,
        "spec.subsets",
        "SubsetWithoutEndpoints",
        Severity.INFO,
        f'subset "{plan.subset}" has no ready endpoints: no workload of the service has labels {labels}',
        "correct the labels, or start a workload that has them; requests routed to the subset fail with 503 until then",
    )


def assignment_for(plan: EndpointPlan, endpoints: Sequence[model.Endpoint], client: Place | None) -> LoadAssignment:
    """The endpoints for a cluster as a client at that place gets them.

    Those that are not ready or draining are left out, as Istio does without persistent sessions; so are host names,
    unless the cluster looks names up.
    """
    labels = dict(plan.labels)
    chosen = [each for each in endpoints if _serves(each) and (plan.by_name or _is_dialable(each.address))]
    if labels:
        chosen = [each for each in chosen if selects(labels, each.labels)]
    chosen = chosen[:1] if plan.only_first else chosen
    return LoadAssignment(cluster=plan.cluster, localities=_preferred(chosen, plan.preference, client or Place()))


def _preferred(
    endpoints: Sequence[model.Endpoint], preference: Preference | None, client: Place
) -> tuple[LocalityEndpoints, ...]:
    if preference is None:
        return group_by_locality(endpoints)
    if preference.distribute:
        return distributed(group_by_locality(endpoints), preference.distribute, client)
    return group_by_locality(endpoints, ranks_of(endpoints, preference, client))


def _serves(endpoint: model.Endpoint) -> bool:
    return endpoint.ready and not endpoint.draining


def _is_dialable(host: str) -> bool:
    """An IP address or a socket file: the last part of a DNS name is never a number."""
    return host.rpartition(".")[2].isdigit() or ":" in host


def group_by_locality(
    endpoints: Iterable[model.Endpoint], priorities: Iterable[int] = repeat(0)
) -> tuple[LocalityEndpoints, ...]:
    """The endpoints of each locality and priority, localities sorted, endpoints in their order."""
    groups: dict[tuple[Locality, int], list[Endpoint]] = {}
    for endpoint, priority in zip(endpoints, priorities, strict=False):
        groups.setdefault((endpoint.locality, priority), []).append(_endpoint(endpoint))
    return tuple(
        LocalityEndpoints(
            region=place.region,
            zone=place.zone,
            subzone=place.subzone,
            priority=priority,
            weight=sum(each.weight for each in groups[place, priority]),
            endpoints=tuple(groups[place, priority]),
        )
        for place, priority in sorted(groups)
    )


def _endpoint(endpoint: model.Endpoint) -> Endpoint:
    return Endpoint(
        address=endpoint.address,
        port=endpoint.port,
        weight=endpoint.weight,
        workload=_workload(endpoint),
        pod=endpoint.pod,
        tls_mode=endpoint.tls_mode,
    )


def _workload(endpoint: model.Endpoint) -> str:
    if not endpoint.workload:
        return ""
    labels = endpoint.labels
    name = labels.get(CANONICAL_NAME) or labels.get("app.kubernetes.io/name") or labels.get("app") or endpoint.workload
    revision = (
        labels.get(CANONICAL_REVISION) or labels.get("app.kubernetes.io/version") or labels.get("version") or "latest"
    )
    return ";".join((endpoint.workload, endpoint.namespace, name, revision, CLUSTER_ID))
