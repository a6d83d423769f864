"""`lateen traffic`: send requests, count who answered, compare with what the rules ask for."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import click

from lateen.api.meta import JsonObject
from lateen.cli.agreement import Comparison
from lateen.cli.expectation import Expectation
from lateen.cli.grouping import POD, VERSION, Grouping, parse_grouping
from lateen.cli.measuring import measure, parse_hop
from lateen.cli.mesh import connect, mesh_options
from lateen.cli.pods import find_pod
from lateen.cli.sending import Answer, Sending
from lateen.cli.table import format_table


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
        measured = measure(client, caller, sending, hop=parse_hop(client, hop, where) if hop else None)
    click.echo(_summary(measured.answers, sending, caller))
    click.echo(_table(measured.comparison, grouping))
    click.echo(_verdict(measured.comparison, measured.expectation))
    if measured.comparison.agrees is False or any(answer.failed for answer in measured.answers):
        raise SystemExit(1)


def _headers(lines: Sequence[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if not separator:
            raise click.UsageError(f"-H {line}: write NAME: VALUE")
        headers[name.strip()] = value.strip()
    return headers


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
