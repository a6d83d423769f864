"""`lateen logs`: print a container's log."""

import sys
from pathlib import Path

import click

from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.pods import choose_container, find_pod
from lateen.client.resource_path import with_query


@click.command(name="logs")
@click.argument("pod", metavar="POD | deploy/NAME | svc/NAME")
@click.argument("container_word", required=False, metavar="[CONTAINER]")
@click.option("-c", "--container", default="", help="Which container [default: the first that is no proxy].")
@click.option("-f", "--follow", is_flag=True, help="Go on as the log grows.")
@click.option("-p", "--previous", is_flag=True, help="The log of the container's life before its last restart.")
@click.option("--tail", type=int, default=-1, help="Only the last lines.")
@click.option("--since", default="", help="Only what is younger, as in 5m.")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@namespace_option
@mesh_options
def command(
    pod: str,
    container_word: str | None,
    container: str,
    follow: bool,
    previous: bool,
    tail: int,
    since: str,
    timestamps: bool,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Print the log of a container."""
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        found = find_pod(client, pod, where)
        path = with_query(
            Target(kind_named("pod"), found["metadata"]["name"]).path(where, "log"),
            container=choose_container(found, container or container_word or ""),
            follow=follow,
            previous=previous,
            tailLines=None if tail < 0 else str(tail),
            sinceSeconds=_seconds(since),
            timestamps=timestamps,
        )
        for piece in client.follow(path):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()


def _seconds(since: str) -> int | None:
    if not since:
        return None
    from lateen.api.duration import parse_duration  # noqa: PLC0415 - only --since needs it

    try:
        return max(1, int(parse_duration(since).seconds))
    except ValueError as error:
        raise click.UsageError(f"--since {since}: {error}") from None
