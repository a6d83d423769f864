"""`lateen traffic`: send requests, count who answered, compare with what the rules ask for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import click

from lateen.api.meta import JsonObject
from lateen.cli.agreement import Comparison, compare
from lateen.cli.expectation import Expectation, Workloads, answered, expect, read_workloads
from lateen.cli.grouping import POD, VERSION, Grouping, parse_grouping
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import connect, mesh_options
from lateen.cli.pods import PROXY, find_pod, is_ready
from lateen.cli.sending import Answer, Sending, send
from lateen.cli.table import format_table
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command(name="traffic")
@click.argument("url")
@click.option("-n", "--requests", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many.")
@click.option(
    "-c", "--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="At the same time."
)
@click.option("--rate", type=float, help="Requests per second [default: as fast as answers come].")
@click.option("--from", "source", default="", help="The workload that calls, as deploy/sleep [default: this machine].")
@click.option("--by", default=VERSION, show_default=True, help="Group by version, pod, header:NAME or regex:PATTERN.")
@click.option("--hop", default="", metavar="WORKLOAD=URL", help="Expect what this hop further on is told to do.")
@click.option(
    "-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="Send this header; may be repeated."
)
@click.option("-X", "--method", default="GET", show_default=True)
@click.option("--timeout", type=float, default=10.0, show_default=True, help="Seconds for each answer.")
@click.option("--namespace", default="", help="The namespace [default: default].")
@mesh_options
def command(
    url: str,
    requests: int,
    concurrency: int,
    rate: float | None,
    source: str,
    by: str,
    hop: str,
    headers: tuple[str, ...],
    method: str,
    timeout: float,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Send requests and count the answers by version, pod, header or pattern, beside the shares that the rules ask for.

    Exits with 1 when a request got no answer or a 5xx, or when counts and rules disagree by more than chance explains.

    \b
      lateen traffic http://reviews:9080/reviews/1 --from deploy/sleep -n 1000
      lateen traffic http://127.0.0.1:30123/productpage --by 'regex:reviews-(v[0-9])' \\
        --hop deploy/productpage-v1=http://reviews:9080/reviews/1
    """
    grouping = parse_grouping(by)
    sending = Sending(url, requests, concurrency, rate, method, _headers(headers), timeout, grouping)
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        caller = find_pod(client, source, where) if source else None
        workloads = read_workloads(client)
        observed = _observed(client, caller, url, hop, where)
        expectation = observed.expectation(client, sending.headers, workloads) if observed else None
        before = answered(client, observed.pods) if observed and not grouping.in_answers else {}
        answers = send(client, caller, sending)
        after = answered(client, observed.pods) if observed and not grouping.in_answers else {}
    counts = _counts(answers, grouping, _difference(before, after), expectation, workloads)
    comparison = _compared(counts, grouping, expectation, workloads)
    click.echo(_summary(answers, sending, caller))
    click.echo(_table(comparison, grouping))
    click.echo(_verdict(comparison, expectation))
    if comparison.agrees is False or any(answer.failed for answer in answers):
        raise SystemExit(1)


@dataclass(frozen=True, slots=True)
class Observed:
    """The proxies whose decision is looked at; `port` is their own port for calls that arrive there, else 0."""

    pods: Sequence[JsonObject]
    url: str
    port: int

    def expectation(self, client: SyncClient, headers: Mapping[str, str], workloads: Workloads) -> Expectation:
        """What they are told to do with the calls."""
        return expect(client, self.pods[0], self.url, headers, workloads, port=self.port)


def _observed(client: SyncClient, caller: JsonObject | None, url: str, hop: str, where: str) -> Observed | None:
    """The hop that was asked for, else the caller's own proxy, else the gateway that the URL leads to."""
    if hop:
        workload, separator, hop_url = hop.partition("=")
        if not separator:
            raise click.UsageError(f"--hop {hop}: write WORKLOAD=URL, as in deploy/productpage-v1=http://reviews:9080/")
        return Observed([find_pod(client, workload, where)], hop_url, 0)
    if caller:
        return Observed([caller], url, 0) if _has_proxy(caller) else None
    return _gateway(client, url)


def _gateway(client: SyncClient, url: str) -> Observed | None:
    split = urlsplit(url)
    if split.hostname not in LOCAL or not split.port:
        return None
    for service in client.get(Target(kind_named("services")).path("")).get("items") or []:
        for port in service["spec"].get("ports") or []:
            if port.get("nodePort") == split.port:
                selector = ",".join(f"{key}={value}" for key, value in service["spec"]["selector"].items())
                path = Target(kind_named("pods")).path(service["metadata"]["namespace"])
                pods = client.get(with_query(path, labelSelector=selector)).get("items") or []
                ready = [pod for pod in pods if is_ready(pod)]
                return Observed(ready, url, int(port.get("targetPort") or port["port"])) if ready else None
    return None


def _has_proxy(pod: JsonObject) -> bool:
    return any(container["name"] == PROXY for container in pod["spec"]["containers"])


def _headers(lines: Sequence[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if not separator:
            raise click.UsageError(f"-H {line}: write NAME: VALUE")
        headers[name.strip()] = value.strip()
    return headers


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


def _summary(answers: Sequence[Answer], sending: Sending, caller: JsonObject | None) -> str:
    statuses = Counter(str(answer.status) if answer.status else f"no answer ({answer.error})" for answer in answers)
    shown = ", ".join(f"{count} × {status}" for status, count in statuses.most_common())
    times = sorted(answer.milliseconds for answer in answers if answer.status)
    cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
    speed = f", p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms" if cuts else ""
    origin = caller["metadata"]["name"] if caller else "this machine"
    return f"{len(answers)} requests to {sending.url} from {origin}: {shown}{speed}\n"


def _table(comparison: Comparison, grouping: Grouping) -> str:
    title = grouping.by.upper() if grouping.by in {VERSION, POD} else grouping.by
    rows = [
        [
            row.group,
            str(row.count),
            f"{100 * row.count / comparison.total:.1f}%" if comparison.total else "-",
            "-" if row.expected is None else f"{100 * row.expected:.4g}%",
            "" if row.agrees else "<- more than chance",
        ]
        for row in comparison.rows
    ]
    return format_table([title, "COUNT", "SHARE", "ASKED FOR", ""], rows)


def _verdict(comparison: Comparison, expectation: Expectation | None) -> str:
    if comparison.agrees is None:
        return "the rules say nothing about these groups"
    source = f" ({expectation.config.removeprefix('/apis/')})" if expectation and expectation.config else ""
    return f"{'agrees' if comparison.agrees else 'DISAGREES'} with what the proxy was told{source}"
