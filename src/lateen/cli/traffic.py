"""`lateen traffic`: send requests, count who answered, compare with what the rules ask for."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click

from lateen.cli.completing import complete_workload
from lateen.cli.grouping import VERSION, parse_grouping
from lateen.cli.measuring import Measurement, measure, parse_hop
from lateen.cli.mesh import connect, mesh_options
from lateen.cli.pods import find_pod
from lateen.cli.seconds import SECONDS
from lateen.cli.sending import Answer, Sending
from lateen.cli.traffic_report import report


@click.command(name="traffic")
@click.argument("url")
@click.option("-n", "--requests", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many.")
@click.option(
    "-c", "--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="At the same time."
)
@click.option("--rate", type=float, help="Requests per second [default: as fast as answers come].")
@click.option(
    "--from",
    "source",
    default="",
    help="The workload that calls, as deploy/sleep [default: this machine].",
    shell_complete=complete_workload,
)
@click.option("--by", default=VERSION, show_default=True, help="Group by version, pod, header:NAME or regex:PATTERN.")
@click.option("--hop", default="", metavar="WORKLOAD=URL", help="Expect what this hop further on is told to do.")
@click.option(
    "-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="Send this header; may be repeated."
)
@click.option("-X", "--method", default="GET", show_default=True)
@click.option("--timeout", type=SECONDS, default="10s", show_default=True, help="For each answer.")
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

    Versions and pods are counted at the caller's proxy, or at the gateway; what they were told is read from their own
    configuration. Exits with 1 when a request got no answer or a 5xx that no rule asks for, or when counts and rules
    disagree by more than chance explains.

    \b
      lateen traffic http://reviews:9080/reviews/1 --from deploy/sleep -n 1000
      lateen traffic http://127.0.0.1:30123/productpage --by 'regex:reviews-(v[0-9])' \\
        --hop deploy/productpage-v1=http://reviews:9080/reviews/1
    """
    grouping = parse_grouping(by)
    sending = Sending(checked_url(url), requests, concurrency, rate, method, _headers(headers), timeout, grouping)
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        caller = find_pod(client, source, where) if source else None
        measured = measure(client, caller, sending, hop=parse_hop(client, hop, where) if hop else None)
    origin = caller["metadata"]["name"] if caller else "this machine"
    click.echo("\n".join(report(measured, sending, origin)))
    if measured.comparison.agrees is False or any(_is_failure(answer, measured) for answer in measured.answers):
        raise SystemExit(1)


def checked_url(url: str) -> str:
    """The URL, with `http://` if it has no scheme. Raises click.UsageError for what no request can be sent to."""
    whole = url if "://" in url else f"http://{url}"
    scheme = whole.partition("://")[0]
    if scheme != "http":
        raise click.UsageError(f"{url}: requests are sent over plain HTTP, to http://HOST[:PORT]/PATH")
    try:
        split = urlsplit(whole)
        if split.hostname and (split.port is None or split.port):
            return whole
    except ValueError:
        pass
    raise click.UsageError(f"{url}: names no host, or no port: write http://HOST[:PORT]/PATH")


def _is_failure(answer: Answer, measured: Measurement) -> bool:
    """No answer or a server error, unless the rules ask for that very one."""
    asked = {each.status for each in measured.expectation.own} if measured.expectation else set()
    return answer.failed and answer.status not in asked


def _headers(lines: Sequence[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if not separator:
            raise click.UsageError(f"-H {line}: write NAME: VALUE")
        headers[name.strip()] = value.strip()
    return headers
