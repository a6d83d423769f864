"""Sending requests and seeing who answered them, beside what the rules ask for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from lateen.api.meta import JsonObject
from lateen.cli.agreement import Comparison, compare
from lateen.cli.expectation import Expectation, Workloads, answered, expect, read_workloads
from lateen.cli.grouping import POD, VERSION, Grouping
from lateen.cli.kinds import Target, kind_named
from lateen.cli.pods import PROXY, find_pod, is_ready
from lateen.cli.sending import Answer, Sending, send
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Observed:
    """The proxies whose decision is looked at; `port` is their own port for calls that arrive there, else 0."""

    pods: Sequence[JsonObject]
    url: str
    port: int

    def expectation(self, client: SyncClient, headers: Mapping[str, str], workloads: Workloads) -> Expectation:
        """What they are told to do with the calls."""
        return expect(client, self.pods[0], self.url, headers, workloads, port=self.port)


@dataclass(frozen=True, slots=True)
class Measurement:
    """The answers, and their groups beside what was expected, None where no proxy decided."""

    answers: Sequence[Answer]
    comparison: Comparison
    expectation: Expectation | None


def measure(
    client: SyncClient, caller: JsonObject | None, sending: Sending, *, hop: Observed | None = None
) -> Measurement:
    """Send all requests from the pod `caller`, or from this machine, and group their answers as `sending` asks.

    The decision looked at is that of `hop`, else of the caller's own proxy, else of the gateway that the URL leads to.
    """
    observed = hop or _observed(client, caller, sending)
    workloads = read_workloads(client)
    expectation = observed.expectation(client, sending.headers, workloads) if observed else None
    counted = observed.pods if observed and not sending.grouping.in_answers else ()
    before = answered(client, counted)
    answers = send(client, caller, sending)
    after = answered(client, counted)
    counts = _counts(answers, sending.grouping, _difference(before, after), expectation, workloads)
    return Measurement(answers, _compared(counts, sending.grouping, expectation, workloads), expectation)


def parse_hop(client: SyncClient, words: str, where: str) -> Observed:
    """The proxy and the URL of `WORKLOAD=URL`. Raises click.UsageError."""
    workload, separator, url = words.partition("=")
    if not separator:
        raise click.UsageError(f"--hop {words}: write WORKLOAD=URL, as in deploy/productpage-v1=http://reviews:9080/")
    return Observed([find_pod(client, workload, where)], url, 0)


def _observed(client: SyncClient, caller: JsonObject | None, sending: Sending) -> Observed | None:
    if caller:
        return Observed([caller], sending.url, 0) if _has_proxy(caller) else None
    return _gateway(client, sending)


def _gateway(client: SyncClient, sending: Sending) -> Observed | None:
    split = urlsplit(f"//{sending.peer}" if sending.peer else sending.url)
    if split.hostname not in LOCAL or not split.port:
        return None
    for service in client.get(Target(kind_named("services")).path("")).get("items") or []:
        for port in service["spec"].get("ports") or []:
            if port.get("nodePort") == split.port:
                selector = ",".join(f"{key}={value}" for key, value in service["spec"]["selector"].items())
                path = Target(kind_named("pods")).path(service["metadata"]["namespace"])
                pods = client.get(with_query(path, labelSelector=selector)).get("items") or []
                ready = [pod for pod in pods if is_ready(pod)]
                return Observed(ready, sending.url, int(port.get("targetPort") or port["port"])) if ready else None
    return None


def _has_proxy(pod: JsonObject) -> bool:
    return any(container["name"] == PROXY for container in pod["spec"]["containers"])


def _difference(
    before: Mapping[tuple[str, str], int], after: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    # An endpoint that came back counts from zero again.
    return {key: count - before.get(key, 0) if count >= before.get(key, 0) else count for key, count in after.items()}


def _counts(
    answers: Sequence[Answer],
    grouping: Grouping,
    by_endpoint: Mapping[tuple[str, str], int],
    expectation: Expectation | None,
    workloads: Workloads,
) -> Counter[str]:
    if grouping.in_answers:
        return Counter(grouping.group(answer.headers, answer.match) for answer in answers if answer.status)
    counts: Counter[str] = Counter()
    group = workloads.version if grouping.by == VERSION else workloads.name
    for (cluster, endpoint), count in by_endpoint.items():
        if count and expectation and cluster in expectation.clusters:
            counts[group(endpoint)] += count
    return counts


def _compared(
    counts: Counter[str], grouping: Grouping, expectation: Expectation | None, workloads: Workloads
) -> Comparison:
    if expectation is None or not expectation.shares:
        return compare(counts, None)
    by_version, by_pod = expectation.by_version(workloads), expectation.by_pod(workloads)
    if grouping.by == POD:
        return compare(counts, *by_pod)
    if grouping.by == VERSION or counts.keys() <= by_version[0].keys():
        return compare(counts, *by_version)
    return compare(counts, *by_pod) if counts.keys() <= by_pod[0].keys() else compare(counts, None)
