"""The end of the story: which clusters a call may go to, and the endpoints behind them."""

from collections.abc import Iterable, Iterator

from lateen.api.problem import ResourceRef
from lateen.explain.passage import Passage
from lateen.explain.result import ClusterShare, EndpointView, Step, Topic
from lateen.explain.sources import Place, config_ref, place_of, short_name
from lateen.explain.story import rule_place, step
from lateen.explain.times import percent
from lateen.explain.verdict import is_nowhere
from lateen.ir.names import BLACK_HOLE_CLUSTER, VIRTUAL_OUTBOUND, parse_subset_key
from lateen.simulation.endpoints import place_text
from lateen.simulation.outcome import Sticky
from lateen.simulation.routing import config_of

SHOWN_ENDPOINTS = 6


def destinations(passage: Passage) -> Iterator[Step]:
    """Mirrors and clusters, and the endpoints behind these."""
    for mirror, share in passage.outcome.mirrors:
        text = f"copies of {percent(share)} of the requests go to {_cluster_title(mirror)}; their answers are dropped"
        yield step(Topic.MIRROR, text)
    if (sticky := passage.outcome.sticky) is not None:
        yield step(Topic.CLUSTER, _sticky(sticky, passage.clusters), rule_place(passage))
    for cluster in passage.clusters:
        yield _cluster(passage, cluster)
        endpoints = [each for each in passage.endpoints if each.cluster == cluster.name]
        if not is_nowhere(passage, cluster.name):
            yield _endpoints(passage, cluster, endpoints)


def _sticky(sticky: Sticky, clusters: Iterable[ClusterShare]) -> str:
    by = " and ".join(sticky.by)
    text = f"who goes where is decided by {by}, for the DestinationRule hashes it: the same {by} goes the same way"
    mine = next((each for each in clusters if each.name == sticky.cluster), None)
    return f"{text}, this one to {mine.subset or mine.service or mine.name}" if mine is not None else text


def _cluster(passage: Passage, share: ClusterShare) -> Step:
    part = f"{percent(share.share)} of the {_what(passage)} go" if share.share < 1 else "goes"
    if is_nowhere(passage, share.name):
        fate = "503" if passage.manager is not None else "closed"
        why = "; ".join(_complaints(passage)) or _nothing_there(passage, share.name)
        return step(Topic.CLUSTER, f"{part} nowhere ({fate}): {why}", rule_place(passage))
    message = passage.resources.clusters[share.name]
    ref = config_ref(config_of(message.metadata))
    if share.service:
        text = f"{part} to {_cluster_title(share.name)}"
    elif share.name.startswith("inbound|"):
        text = f"{part} to the application at port {share.port} (cluster {share.name})"
    else:
        text = f"{part} on to where the client dialled (cluster {share.name})"
    if ref is None or ref.kind != "DestinationRule":
        return step(Topic.CLUSTER, text)
    rule = f"{text}; DestinationRule {short_name(ref)} is in force"
    return step(Topic.CLUSTER, rule, _subset_place(passage, ref, share.subset))


def _cluster_title(name: str) -> str:
    """A cluster by what its name says."""
    key = parse_subset_key(name)
    if key is None or not key.hostname:
        return name
    subset = f", subset {key.subset}" if key.subset else ""
    return f"{key.hostname} port {key.port}{subset} (cluster {name})"


def _nothing_there(passage: Passage, cluster: str) -> str:
    if cluster == BLACK_HOLE_CLUSTER and passage.outcome.listener == VIRTUAL_OUTBOUND:
        return "nothing is known to be there, and outboundTrafficPolicy is REGISTRY_ONLY"
    return f"the proxy has no cluster {cluster}"


def _subset_place(passage: Passage, ref: ResourceRef, subset: str | None) -> Place:
    rule = passage.scenario.resources.get(ref)
    names = [each.name for each in rule.spec.subsets] if rule is not None and subset else []  # type: ignore[attr-defined]
    path = f"subsets[{names.index(subset)}]" if subset in names else ""
    return place_of(passage.scenario.documents, ref, path)


def _what(passage: Passage) -> str:
    return "requests" if passage.manager is not None else "connections"


def _complaints(passage: Passage) -> Iterable[str]:
    """What the mesh says is wrong with the rule."""
    ref, rule = passage.written
    for problem in passage.scenario.resolver.problems():
        if ref is not None and problem.resource == ref and problem.path.startswith(f"spec.{rule}"):
            yield f"{problem.code} {problem.message}{f' ({problem.hint})' if problem.hint else ''}"


def _endpoints(passage: Passage, cluster: ClusterShare, endpoints: list[EndpointView]) -> Step:
    message = passage.resources.clusters[cluster.name]
    if not endpoints:
        if message.HasField("cluster_type"):
            return step(Topic.ENDPOINTS, "whatever a name server says when it is called")
        fate = "503" if passage.manager is not None else "closed"
        return step(Topic.ENDPOINTS, f"nothing serves it: {_what(passage)} are {'answered ' * (fate == '503')}{fate}")
    healthy = [each for each in endpoints if each.healthy]
    first = min((each.priority for each in healthy), default=0)
    chosen = [each for each in healthy if each.priority == first]
    weights = {each.locality: each.locality_weight or 0 for each in chosen}
    shown = ", ".join(_endpoint(each, sum(weights.values())) for each in chosen[:SHOWN_ENDPOINTS])
    more = f" and {len(chosen) - SHOWN_ENDPOINTS} more" if len(chosen) > SHOWN_ENDPOINTS else ""
    others = len(endpoints) - len(chosen)
    rest = f"; {others} more if these fail" if others and chosen else ""
    return step(Topic.ENDPOINTS, f"{shown or 'none is healthy: 503'}{more}{rest}")


def _endpoint(endpoint: EndpointView, weights: int) -> str:
    """`weights` is the sum of all localities', 0 where they have none."""
    where = f"in {endpoint.locality}" if endpoint.locality else ""
    if weights and endpoint.locality_weight is not None:
        where += f" which gets {percent(endpoint.locality_weight / weights)}"
    who = " ".join(word for word in (endpoint.pod or endpoint.workload, where) if word)
    weight = f"weight {endpoint.weight}" if endpoint.weight != 1 else ""
    notes = ", ".join(note for note in (who, weight) if note)
    return f"{place_text(endpoint.address, endpoint.port)}{f' ({notes})' if notes else ''}"
