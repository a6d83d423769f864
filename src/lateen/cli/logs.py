"""`lateen logs`: print containers' logs."""

import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_workload
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option, reported
from lateen.cli.pods import choose_container, container_names, find_pods, list_pods
from lateen.cli.seconds import SECONDS
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

SELECTED_TAIL = 10
"""Lines of each log where pods are chosen by label, as with kubectl: there may be many."""


@click.command(name="logs")
@click.argument("pod", default="", metavar="[POD | deploy/NAME | svc/NAME]", shell_complete=complete_workload)
@click.argument("container_word", default="", metavar="[CONTAINER]")
@click.option("-c", "--container", default="", help="Which container [default: the first that is no proxy].")
@click.option("--all-containers", is_flag=True, help="Every container of the pod, the proxy's too.")
@click.option("-l", "--selector", default="", help="The pods with these labels, as in app=reviews.")
@click.option("-f", "--follow", is_flag=True, help="Go on as the log grows.")
@click.option("-p", "--previous", is_flag=True, help="The log of the container's life before its last restart.")
@click.option("--tail", type=int, help="Only the last lines; -1 is all [default: all, with -l 10].")
@click.option("--since", type=SECONDS, help="Only what is younger, as in 5m.")
@click.option("--since-time", default="", help="Only what is younger than this time (RFC 3339).")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@click.option("--prefix", is_flag=True, help="Begin each line with its pod and container.")
@namespace_option
@mesh_options
def command(
    pod: str,
    container_word: str,
    container: str,
    all_containers: bool,
    selector: str,
    follow: bool,
    previous: bool,
    tail: int | None,
    since: float | None,
    since_time: str,
    timestamps: bool,
    prefix: bool,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Print the log of a container, or of several.

    \b
      lateen logs deploy/reviews-v1 -f
      lateen logs deploy/reviews-v1 -c istio-proxy --tail 20
      lateen logs -l app=reviews --prefix
    """
    if bool(pod) == bool(selector):
        raise click.UsageError("name a pod, deploy/NAME or svc/NAME, or give -l" if not pod else "give a name or -l")
    lines = SELECTED_TAIL if selector and tail is None else tail
    query: dict[str, str | bool | None] = {
        "follow": follow,
        "previous": previous,
        "tailLines": None if lines is None or lines < 0 else str(lines),
        "sinceSeconds": None if since is None else str(max(1, round(since))),
        "sinceTime": since_time,
        "timestamps": timestamps,
    }
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        pods = list_pods(client, where, selector) if selector else find_pods(client, pod, where)
        if not pods:
            fail(f"No resources found in {where} namespace.", code=0)
        chosen = [
            LogSource(each, name)
            for each in (pods if selector else _one(pods, pod))
            for name in _containers(each, container or container_word, all_containers)
        ]
        _print(client, chosen, query, prefix=prefix, together=follow and len(chosen) > 1)


@dataclass(frozen=True, slots=True)
class LogSource:
    """One container's log."""

    pod: JsonObject
    container: str

    @property
    def prefix(self) -> bytes:
        """What `--prefix` puts before each line."""
        return f"[pod/{self.pod['metadata']['name']}/{self.container}] ".encode()

    def pieces(self, client: SyncClient, query: dict[str, str | bool | None]) -> Iterable[bytes]:
        """The log as it comes."""
        meta = self.pod["metadata"]
        path = Target(kind_named("pod"), meta["name"]).path(meta["namespace"], "log")
        return client.follow(with_query(path, container=self.container, **query))


def _one(pods: Sequence[JsonObject], word: str) -> Sequence[JsonObject]:
    first = min(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))
    if len(pods) > 1:
        click.echo(f"Found {len(pods)} pods, using pod/{first['metadata']['name']}; -l shows all of {word}", err=True)
    return [first]


def _containers(pod: JsonObject, wanted: str, every: bool) -> list[str]:
    return container_names(pod) if every else [choose_container(pod, wanted)]


def _print(
    client: SyncClient,
    sources: Sequence[LogSource],
    query: dict[str, str | bool | None],
    *,
    prefix: bool,
    together: bool,
) -> None:
    lock = threading.Lock()

    def one(source: LogSource) -> None:
        with reported():
            pieces = source.pieces(client, query)
            write_lines(whole_lines(pieces) if prefix or together else pieces, source.prefix if prefix else b"", lock)

    if not together:
        for source in sources:
            one(source)
        return
    threads = [threading.Thread(target=one, args=(source,), daemon=True) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def whole_lines(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The same bytes, a line at a time; the last may lack its end."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def write_lines(pieces: Iterable[bytes], prefix: bytes, lock: threading.Lock) -> None:
    """Write pieces to standard output at once, so that pieces of several logs don't mix."""
    for piece in pieces:
        with lock:
            sys.stdout.buffer.write(prefix + piece)
            sys.stdout.buffer.flush()
