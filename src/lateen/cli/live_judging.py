"""What was seen of a case's call, compared with what the mesh's configuration says and with what the case expects."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lateen.cli.agreement import compare
from lateen.cli.counting import Place
from lateen.cli.expectation import Workloads
from lateen.cli.live_log import Logged
from lateen.cli.live_sending import Sent
from lateen.explain.check import Checked, call_text, reason_of
from lateen.explain.comparison import Difference, differences, shares_of
from lateen.explain.result import ClusterShare, EndpointView, Explanation, Verdict
from lateen.explain.times import percent
from lateen.ir.names import parse_subset_key
from lateen.simulation.call import Protocol
from lateen.simulation.outcome import SOURCE_ADDRESS

UNANSWERED = frozenset({Verdict.NO_LISTENER, Verdict.TLS_ERROR, Verdict.BLOCKED, Verdict.BLACK_HOLE})
"""What leaves a client without an answer, where the proxy gives none of its own."""

SHADOW = "-shadow"

GATEWAY_ERRORS = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about a case's requests: which endpoints took them, what their proxies and the callees' have
    logged, and the paths in the callees' own logs meanwhile."""

    places: Mapping[Place, int]
    logged: Sequence[Logged] = ()
    arrived: Sequence[Logged] = ()
    paths: frozenset[str] = frozenset()


def judge(sent: Sent, seen: Seen, workloads: Workloads) -> Checked:
    """The outcome: what the case expects, of what was seen; and whatever the mesh does other than it was told."""
    surprises = list(_surprises(sent, seen, workloads))
    observed = _observed(sent, seen, workloads, {each.key for each in surprises})
    found = differences(sent.case.expectation, observed)
    known = {each.key for each in found}
    found += [each for each in surprises if each.key not in known]
    return Checked(
        name=sent.case.name,
        call=call_text(sent.case),
        origin=sent.case.origin,
        differences=tuple(found),
        because=reason_of(sent.predicted) if found else "",
    )


def _surprises(sent: Sent, seen: Seen, workloads: Workloads) -> Iterator[Difference]:
    """What is not as the configuration says; a key names the part of the explanation that was wrong."""
    predicted = sent.predicted
    if predicted.status is not None:
        yield from _own_answer(sent, seen, predicted.status)
    elif predicted.verdict in UNANSWERED or not (sent.case.question.is_http or predicted.endpoints):
        if answered := [each.word for each in sent.answers if each.has_come]:
            yield Difference(key="verdict", expected=predicted.verdict, actual=f"answers: {_counted(answered)}")
    else:
        yield from _failures(sent, seen)
        yield from _shares(predicted, seen.places)
        yield from _strangers(predicted, seen.places, workloads)
        yield from _request(predicted, seen)


def _own_answer(sent: Sent, seen: Seen, status: int) -> Iterator[Difference]:
    """The proxy answers by itself, always the same."""
    predicted = sent.predicted
    if seen.places:
        yield Difference(key="verdict", expected=predicted.verdict, actual=_places_text(seen.places))
    statuses = [each.status for each in sent.answers]
    if set(statuses) != {status}:
        yield Difference(key="status", expected=str(status), actual=_counted(statuses))
    locations = {each.headers.get("location", "") for each in sent.answers}
    if predicted.location is not None and locations != {predicted.location}:
        yield Difference(key="location", expected=predicted.location, actual="\n".join(sorted(locations)) or "none")


def _failures(sent: Sent, seen: Seen) -> Iterator[Difference]:
    """An endpoint should have answered every request, but for those that a fault takes."""
    abort = sent.predicted.fault.abort if sent.predicted.fault else None
    lost = [each.error for each in sent.answers if not each.has_come]
    if lost and not _has_arrived(sent, seen, len(lost)):
        wanted, sort = ("answer", "requests") if sent.case.question.is_http else ("connection", "tries")
        actual = f"none in {len(lost)} of {len(sent.answers)} {sort}: {', '.join(dict.fromkeys(lost))}"
        yield Difference(key=wanted, expected=f"one in each of the {sort}", actual=actual)
    own = len(sent.answers) - len(lost) - sum(seen.places.values())
    flags = [each.flags for each in (*seen.logged, *seen.arrived) if each.flags and not (abort and each.flags == "FI")]
    # Without logs nobody knows who answered these: some proxy, as a rule.
    doubtful = [] if seen.logged else [each.status for each in sent.answers if each.status in GATEWAY_ERRORS]
    if sent.predicted.verdict is Verdict.PASSTHROUGH and not sent.case.question.is_http:
        return  # counters of endpoints outside of the mesh go with the last connection to them
    if flags or (abort is None and (own > 0 or doubtful)):
        statuses = [each.word for each in sent.answers if each.status >= 400 or each.opened]
        why = f" ({_counted(flags)})" if flags else ""
        yield Difference(key="verdict", expected=sent.predicted.verdict, actual=f"the proxy: {_counted(statuses)}{why}")


def _has_arrived(sent: Sent, seen: Seen, lost: int) -> bool:
    """Whether it was at an endpoint that plain connections were ended, which may dislike what was said."""
    return sent.case.question.protocol is Protocol.TCP and lost <= sum(seen.places.values())


def _shares(predicted: Explanation, places: Mapping[Place, int]) -> Iterator[Difference]:
    if predicted.sticky and predicted.sticky.cluster is None and SOURCE_ADDRESS in predicted.sticky.by:
        return  # all requests go the same way, but nobody knows which
    counts = _by_cluster(places)
    comparison = compare(counts, shares_of(predicted))
    if counts and not comparison.agrees:
        expected = [f"{percent(row.expected or 0)} {row.group}" for row in comparison.rows if row.expected]
        actual = [f"{percent(row.count / comparison.total)} {row.group}" for row in comparison.rows if row.count]
        yield Difference(key="clusters", expected="\n".join(expected), actual="\n".join(actual))


def _strangers(predicted: Explanation, places: Mapping[Place, int], workloads: Workloads) -> Iterator[Difference]:
    """Endpoints that answered and are none of those that the configuration names."""
    known = {(each.cluster, f"{each.address}:{each.port}") for each in predicted.endpoints}
    clusters = {cluster for cluster, _ in known}
    names = sorted(workloads.name(*place) for place in places if place[0] in clusters and place not in known)
    if names:
        expected = sorted({each.pod or each.address for each in predicted.endpoints})
        yield Difference(key="endpoints", expected="\n".join(expected), actual="\n".join(names))


def _request(predicted: Explanation, seen: Seen) -> Iterator[Difference]:
    """The request as the callee has it."""
    requests = [each for each in (*(each.request for each in predicted.clusters), predicted.request) if each]
    authorities = {each.authority for each in requests}
    arrived = {each.authority for each in seen.arrived if not each.authority.partition(":")[0].endswith(SHADOW)}
    if strange := sorted(arrived - authorities):
        yield Difference(key="request.authority", expected="\n".join(sorted(authorities)), actual="\n".join(strange))
    paths = {_plain(each.path) for each in requests}
    if seen.paths and paths and not paths & seen.paths:
        expected, actual = "\n".join(sorted(paths)), "\n".join(sorted(seen.paths))
        yield Difference(key="request.path", expected=expected, actual=actual)


def _observed(sent: Sent, seen: Seen, workloads: Workloads, wrong: Iterable[str]) -> Explanation:
    """The prediction, with what turned out otherwise in its place."""
    found = sent.predicted
    keys = set(wrong)
    if "clusters" in keys or ("verdict" in keys and seen.places):
        found = msgspec.structs.replace(
            found, clusters=_cluster_views(seen.places), endpoints=_endpoint_views(seen.places, workloads)
        )
    if keys & {"verdict", "status"}:
        status = Counter(each.status for each in sent.answers).most_common(1)[0][0]
        verdict = _verdict(status, forwarded=bool(seen.places))
        found = msgspec.structs.replace(found, verdict=verdict, status=None if seen.places else status or None)
    if "location" in keys or "status" in keys:
        found = msgspec.structs.replace(found, location=sent.answers[0].headers.get("location"))
    if found.request is not None and "request.path" in keys:
        found = _with_request(found, path=min(seen.paths))
    if found.request is not None and "request.authority" in keys:
        found = _with_request(found, authority=min(each.authority for each in seen.arrived))
    return found


def _with_request(explanation: Explanation, **parts: str) -> Explanation:
    assert explanation.request is not None  # noqa: S101 - the callers look
    return msgspec.structs.replace(explanation, request=msgspec.structs.replace(explanation.request, **parts))


def _verdict(status: int, *, forwarded: bool) -> Verdict:
    """The nearest word for an answer whose reason is unknown."""
    if forwarded:
        return Verdict.FORWARD
    if 300 <= status < 400:
        return Verdict.REDIRECT
    by_status = {0: Verdict.NO_LISTENER, 403: Verdict.DENIED, 404: Verdict.NOT_FOUND}
    return by_status.get(status, Verdict.DIRECT_RESPONSE)


def _cluster_views(places: Mapping[Place, int]) -> tuple[ClusterShare, ...]:
    counts = _by_cluster(places)
    total = sum(counts.values())
    return tuple(_cluster_view(name, count / total) for name, count in counts.most_common())


def _cluster_view(name: str, share: float) -> ClusterShare:
    key = parse_subset_key(name)
    if key is None:
        return ClusterShare(name=name, share=share)
    return ClusterShare(name=name, share=share, service=key.hostname, subset=key.subset or None, port=key.port)


def _endpoint_views(places: Mapping[Place, int], workloads: Workloads) -> tuple[EndpointView, ...]:
    return tuple(
        EndpointView(
            cluster=cluster,
            address=endpoint.rpartition(":")[0],
            port=int(endpoint.rpartition(":")[2]),
            weight=count,
            priority=0,
            locality="",
            healthy=True,
            pod=workloads.name(cluster, endpoint),
            version=workloads.version(cluster, endpoint),
        )
        for (cluster, endpoint), count in places.items()
    )


def _by_cluster(places: Mapping[Place, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (cluster, _), count in places.items():
        counts[cluster] += count
    return counts


def _places_text(places: Mapping[Place, int]) -> str:
    return "\n".join(f"{count} × {endpoint} of {cluster}" for (cluster, endpoint), count in places.items())


def _counted(values: Iterable[object]) -> str:
    counts = Counter(str(value or "no answer") for value in values)
    return ", ".join(f"{count} × {value}" for value, count in counts.most_common())


def _plain(path: str) -> str:
    return path.partition("?")[0]
