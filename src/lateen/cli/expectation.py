"""What a proxy is told to do with a call, as shares by group."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from envoy.config.cluster.v3.cluster_pb2 import Cluster

from lateen.api.meta import JsonObject
from lateen.ir.names import Side, parse_subset_key
from lateen.simulation.call import Call
from lateen.simulation.endpoints import EndpointView, all_endpoints, place_text
from lateen.simulation.outcome import Kind, Outcome, Target
from lateen.translate.resources import Resources

BALANCER_TOLERANCE = 0.05
"""How far from even a load balancer may be that looks at outstanding requests, not at lots."""

PASSTHROUGH = "PassthroughCluster"
OUTSIDE = "outside the mesh"
UNKNOWN_CHOICE = "all requests of a client go the same way, which its address decides"

Group = Callable[[str, str], str]
"""From a cluster and an endpoint of it (`address:port`) to the group it belongs to."""


@dataclass(frozen=True, slots=True)
class Workloads:
    """The mesh's pods by address."""

    pods: Mapping[str, JsonObject]

    def name(self, cluster: str, endpoint: str) -> str:
        """The pod at an endpoint, or the endpoint itself."""
        if cluster == PASSTHROUGH:
            return OUTSIDE
        pod = self.pods.get(endpoint.rpartition(":")[0])
        return str(pod["metadata"]["name"]) if pod else endpoint

    def deployment(self, cluster: str, endpoint: str) -> str:
        """What the pod at an endpoint belongs to, or its name where it is on its own."""
        pod = self.pods.get(endpoint.rpartition(":")[0])
        owners: list[JsonObject] = (pod["metadata"].get("ownerReferences") or []) if pod else []
        return str(owners[0]["name"]) if owners else self.name(cluster, endpoint)

    def version(self, cluster: str, endpoint: str) -> str:
        """The label `version` of the pod at an endpoint, or its name where it has none."""
        pod = self.pods.get(endpoint.rpartition(":")[0])
        labels: dict[str, str] = (pod["metadata"].get("labels") or {}) if pod else {}
        return labels.get("version") or self.name(cluster, endpoint)


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What the proxy answers without asking a workload; `status` 0 is no answer."""

    status: int
    share: float
    reason: str

    @property
    def label(self) -> str:
        """Its name as a group."""
        return f"{self.status or 'no answer'} by the proxy ({self.reason})"


@dataclass(frozen=True, slots=True)
class Part:
    """What goes to one cluster. Its endpoints get the parts `spread` of it, equal ones where that is empty; `bias` says
    why these can't be told, "" where they can."""

    cluster: str
    share: float
    endpoints: tuple[str, ...]
    bias: str = ""
    spread: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares by group, how much a load balancer may add to chance, and why they can't be told, "" where they can."""

    by_group: Mapping[str, float]
    tolerance: float = 0.0
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Where a call's requests go. `config` is the resource that asked for it, "" for the mesh's defaults; `unasked` are
    the other endpoints of the same services, which should get nothing. `doubt` says why no share can be told."""

    parts: tuple[Part, ...] = ()
    own: tuple[OwnAnswer, ...] = ()
    mirrors: frozenset[str] = frozenset()
    config: str = ""
    unasked: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def clusters(self) -> frozenset[str]:
        """The clusters that requests are passed to, those that only get copies left out."""
        return frozenset(part.cluster for part in self.parts)

    def groups(self, group: Group) -> frozenset[str]:
        """Every group that the rules say something of: those that get requests, and those of the same services that get
        none."""
        idle = {group("", endpoint) for endpoint in self.unasked}
        return frozenset(idle | self.shares(group).by_group.keys())

    def shares(self, group: Group) -> Shares:
        """The shares of groups, what the proxy answers itself among them."""
        by_group: dict[str, float] = defaultdict(float)
        spread, doubts = False, [*([self.doubt] if self.doubt else ()), *_mirror_doubts(self)]
        for part in self.parts:
            groups = [group(part.cluster, endpoint) for endpoint in part.endpoints]
            for each, fraction in zip(groups, part.spread or [1 / len(groups)] * len(groups), strict=True):
                by_group[each] += part.share * fraction
            if len(set(groups)) > 1:
                spread = True
                doubts += [part.bias] if part.bias else []
        for answer in self.own:
            by_group[answer.label] += answer.share
        return Shares(dict(by_group), BALANCER_TOLERANCE if spread else 0.0, "; ".join(dict.fromkeys(doubts)))


def expectation_of(outcome: Outcome, resources: Resources, call: Call) -> Expectation:
    """The shares that an outcome means."""
    own: list[OwnAnswer] = []
    parts: list[Part] = []
    abort = outcome.faults.abort_share if outcome.faults and outcome.faults.abort_status else 0.0
    if outcome.faults and abort:
        own.append(OwnAnswer(outcome.faults.abort_status, abort, "a fault put in on purpose"))
    passed_on = 1.0 - abort
    if outcome.kind is not Kind.FORWARDED:
        own.append(_own_answer(outcome, passed_on))
    for target in outcome.targets:
        share = outcome.share_of(target) * passed_on
        if target.endpoints:
            parts.append(_part(target, share, all_endpoints(resources, target.cluster, call), resources))
        elif share:
            # Without a route there are no requests, only connections: they are closed.
            status = 503 if outcome.route_config else 0
            own.append(OwnAnswer(status, share, f"no ready endpoint of {_service(target.cluster)}"))
    mirrors = frozenset(cluster for cluster, share in outcome.mirrors if share)
    return Expectation(
        parts=tuple(parts),
        own=tuple(each for each in own if each.share),
        mirrors=mirrors,
        config=outcome.config,
        unasked=tuple(_unasked(parts, resources, call)),
        doubt=UNKNOWN_CHOICE if outcome.sticky and outcome.sticky.is_unknown else "",
    )


def _unasked(parts: Sequence[Part], resources: Resources, call: Call) -> Iterator[str]:
    asked = {endpoint for part in parts for endpoint in part.endpoints}
    services = {(key.hostname, key.port) for part in parts if (key := parse_subset_key(part.cluster))}
    for name in resources.clusters:
        key = parse_subset_key(name)
        if key is not None and key.direction == Side.OUTBOUND and (key.hostname, key.port) in services:
            for view in all_endpoints(resources, name, call):
                if (endpoint := place_text(view.address, view.port)) not in asked:
                    yield endpoint


def _own_answer(outcome: Outcome, share: float) -> OwnAnswer:
    match outcome.kind:
        case Kind.REDIRECTED:
            return OwnAnswer(outcome.status, share, f"to {outcome.location}")
        case Kind.ANSWERED:
            return OwnAnswer(outcome.status, share, "a direct response")
        case Kind.NOT_FOUND:
            return OwnAnswer(outcome.status or 404, share, "no route")
    return OwnAnswer(outcome.status, share, outcome.trail[-1] if outcome.trail else "refused")


def _service(cluster: str) -> str:
    """`reviews.default.svc.cluster.local:9080 v2`, from `outbound|9080|v2|reviews.default.svc.cluster.local`."""
    parts = cluster.split("|")
    return f"{parts[3]}:{parts[1]} {parts[2]}".rstrip() if len(parts) == 4 else cluster


def _part(target: Target, share: float, views: Sequence[EndpointView], resources: Resources) -> Part:
    by_place = {place_text(view.address, view.port): view for view in views}
    chosen = [by_place[endpoint] for endpoint in target.endpoints if endpoint in by_place]
    bias = _bias(resources.clusters.get(target.cluster), chosen)
    return Part(target.cluster, share, target.endpoints, bias, _spread(chosen))


def _bias(cluster: Cluster | None, chosen: Sequence[EndpointView]) -> str:
    if cluster is not None and cluster.lb_policy in {Cluster.RING_HASH, Cluster.MAGLEV}:
        return "consistent hashing sends equal requests to one pod"
    by_locality: dict[str, set[int]] = defaultdict(set)
    for view in chosen:
        by_locality["" if view.locality_weight is None else view.locality].add(view.weight)
    return "the endpoints have weights of their own" if any(len(each) > 1 for each in by_locality.values()) else ""


def _spread(chosen: Sequence[EndpointView]) -> tuple[float, ...]:
    """What each endpoint gets where localities have weights: its part of its locality's."""
    weights = {view.locality: view.locality_weight or 0 for view in chosen}
    members = Counter(view.locality for view in chosen)
    total = sum(weights.values())
    return tuple(weights[view.locality] / total / members[view.locality] for view in chosen) if total else ()


def _mirror_doubts(expectation: Expectation) -> Sequence[str]:
    both = sorted(expectation.mirrors & expectation.clusters)
    return [f"{_service(cluster)} also gets copies, which count like requests" for cluster in both]


def resource_title(path: str) -> str:
    """`VirtualService default/reviews`, from `/apis/<group>/<version>/namespaces/default/virtual-service/reviews`."""
    parts = path.split("/")
    if len(parts) != 8:
        return path
    return f"{''.join(word.capitalize() for word in parts[6].split('-'))} {parts[5]}/{parts[7]}"
