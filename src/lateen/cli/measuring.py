"""Sending requests and seeing who answered them, beside what the rules ask for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from lateen.api.meta import JsonObject
from lateen.cli.agreement import Comparison, compare
from lateen.cli.counting import Tally, read_tally
from lateen.cli.expectation import Expectation, Group, OwnAnswer, Shares, Workloads
from lateen.cli.grouping import POD, Grouping
from lateen.cli.kinds import Target, kind_named
from lateen.cli.pods import PROXY, container_names, find_pods, is_ready, list_pods
from lateen.cli.sending import Answer, Sending, send
from lateen.cli.told import expect, read_workloads
from lateen.client.sync import SyncClient

LOCAL = ("127.0.0.1", "localhost", "::1")
UNEXPECTED = "answered by the proxy itself"


@dataclass(frozen=True, slots=True)
class Observed:
    """The proxies whose decision is looked at, all of one workload; `port` is their own port for calls that arrive
    there, else 0. `direct` says that each request is one call at them, as it is not at a hop further on."""

    pods: Sequence[JsonObject]
    url: str
    port: int = 0
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Measurement:
    """The answers, and their groups beside what was expected, None where no proxy decided. `doubt` says why they can't
    be compared, `notes` what else a reader should know."""

    answers: Sequence[Answer]
    comparison: Comparison
    expectation: Expectation | None
    doubt: str = ""
    notes: tuple[str, ...] = ()


def measure(
    client: SyncClient, caller: JsonObject | None, sending: Sending, *, hop: Observed | None = None
) -> Measurement:
    """Send all requests from the pod `caller`, or from this machine, and group their answers as `sending` asks.

    The decision looked at is that of `hop`, else of the caller's own proxy, else of the gateway that the URL leads to.
    """
    observed = hop or _observed(client, caller, sending)
    workloads = read_workloads(client)
    if observed is None:
        return judge(send(client, caller, sending), sending.grouping, None, Tally(), workloads)
    expectation = expect(client, observed.pods[0], observed.url, sending, port=observed.port)
    before = read_tally(client, observed.pods)
    answers = send(client, caller, sending)
    tally = read_tally(client, observed.pods).since(before)
    return judge(answers, sending.grouping, expectation, tally, workloads, direct=observed.direct)


def judge(
    answers: Sequence[Answer],
    grouping: Grouping,
    expectation: Expectation | None,
    tally: Tally,
    workloads: Workloads,
    *,
    direct: bool = True,
) -> Measurement:
    """Group answers and compare them with the expectation; `tally` is what the proxies counted meanwhile."""
    if expectation is None:
        counts = _in_answers(answers, grouping, ()) if grouping.in_answers else Counter[str]()
        return Measurement(answers, compare(counts, None), None, "no proxy of the mesh decides where these requests go")
    group: Group = workloads.name if grouping.by == POD else workloads.version
    counts, notes = (
        (_in_answers(answers, grouping, expectation.own), [])
        if grouping.in_answers
        else _at_proxy(answers, group, expectation, tally, direct=direct)
    )
    notes += [f"{workloads.name('', each)} is set aside by outlier detection" for each in sorted(tally.ejected)]
    shares = _shares(counts, grouping, expectation, workloads)
    doubt = shares.doubt if counts.total() else "no request got far enough to be counted"
    if grouping.in_answers is False and not doubt and _is_uneven(expectation, tally, group):
        doubt = "requests were tried again, on pods of the balancer's choice"
    comparison = compare(counts, None) if doubt else compare(counts, shares.by_group, shares.tolerance)
    return Measurement(answers, comparison, expectation, doubt, tuple(notes))


def parse_hop(client: SyncClient, words: str, where: str) -> Observed:
    """The proxies and the URL of `WORKLOAD=URL`. Raises click.UsageError."""
    workload, separator, url = words.partition("=")
    if not separator:
        raise click.UsageError(f"--hop {words}: write WORKLOAD=URL, as in deploy/productpage-v1=http://reviews:9080/")
    return Observed(find_pods(client, workload, where), url, direct=False)


def _shares(counts: Mapping[str, int], grouping: Grouping, expectation: Expectation, workloads: Workloads) -> Shares:
    """The shares of the groups that were counted; groups found in answers may be versions, deployments or pods."""
    if not grouping.in_answers:
        return expectation.shares(workloads.name if grouping.by == POD else workloads.version)
    for group in (workloads.version, workloads.deployment, workloads.name):
        if counts.keys() <= expectation.groups(group):
            return expectation.shares(group)
    own = {answer.label for answer in expectation.own}
    known = ", ".join(sorted(expectation.shares(workloads.version).by_group.keys() - own))
    return Shares({}, doubt=f"the rules speak of versions ({known}), deployments and pods, not of these groups")


def _in_answers(answers: Sequence[Answer], grouping: Grouping, own: Sequence[OwnAnswer]) -> Counter[str]:
    labels = {each.status: each.label for each in own}
    counts: Counter[str] = Counter()
    for answer in answers:
        group = grouping.find(answer.headers, answer.match)
        if group is None and answer.status in labels:
            counts[labels[answer.status]] += 1
        elif answer.status:
            counts[grouping.missing if group is None else group] += 1
    return counts


def _at_proxy(
    answers: Sequence[Answer], group: Group, expectation: Expectation, tally: Tally, *, direct: bool
) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    for (cluster, endpoint), count in tally.answered(expectation.clusters).items():
        counts[group(cluster, endpoint)] += count
    retries = sum(tally.retries.get(cluster, 0) for cluster in expectation.clusters)
    notes = [f"{retries} times a request was tried again; each counts once, where it was answered"] if retries else []
    if not direct:
        return counts, notes
    if (others := counts.total() - len(answers)) > 0 and not expectation.mirrors & expectation.clusters:
        notes.append(f"{others} requests of other callers went through the same proxy, and are among the counted")
    return counts + _own(answers, expectation.own, counts.total(), retried=bool(retries)), notes


def _own(answers: Sequence[Answer], own: Sequence[OwnAnswer], arrived: int, *, retried: bool) -> Counter[str]:
    """Answers that came from no workload: as many as beyond the `arrived`, by status."""
    statuses = Counter(answer.status for answer in answers)
    left = max(0, len(answers) - statuses[0] - arrived)
    counts: Counter[str] = Counter()
    for each in own:
        found = min(left, statuses[each.status]) if each.status else statuses[0]
        counts[each.label] += found
        left -= found if each.status else 0
    # A request that failed in spite of being tried again was at a workload, and has not been counted there.
    if left and not retried:
        counts[UNEXPECTED] += left
    return counts


def _is_uneven(expectation: Expectation, tally: Tally, group: Group) -> bool:
    return any(
        tally.retries.get(part.cluster) and len({group(part.cluster, each) for each in part.endpoints}) > 1
        for part in expectation.parts
    )


def _observed(client: SyncClient, caller: JsonObject | None, sending: Sending) -> Observed | None:
    if caller:
        return Observed([caller], sending.url) if PROXY in container_names(caller) else None
    return _gateway(client, sending)


def _gateway(client: SyncClient, sending: Sending) -> Observed | None:
    split = urlsplit(f"//{sending.peer}" if sending.peer else sending.url)
    if split.hostname not in LOCAL or not split.port:
        return None
    for service in client.get(Target(kind_named("services")).path("")).get("items") or []:
        for port in service["spec"].get("ports") or []:
            if port.get("nodePort") == split.port:
                selector = ",".join(f"{key}={value}" for key, value in (service["spec"].get("selector") or {}).items())
                pods = [pod for pod in list_pods(client, service["metadata"]["namespace"], selector) if is_ready(pod)]
                return Observed(pods, sending.url, _port_number(port, pods[0])) if pods and selector else None
    return None


def _port_number(port: JsonObject, pod: JsonObject) -> int:
    wanted = port.get("targetPort") or port["port"]
    if isinstance(wanted, int):
        return wanted
    ports = [own for each in pod["spec"]["containers"] for own in each.get("ports") or []]
    return next((int(own["containerPort"]) for own in ports if own.get("name") == wanted), int(port["port"]))
