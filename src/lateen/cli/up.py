"""`lateen up`: start a mesh on this machine."""

import re
import signal
import time
from pathlib import Path

import click

from lateen.cli.apply import Applier, served_documents
from lateen.cli.mesh import fail, reported
from lateen.cli.overview import print_overview
from lateen.cli.readiness import wait_for_workloads
from lateen.cli.seconds import SECONDS
from lateen.cli.settings import mesh_config, profile_of
from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient

NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LONGEST_NAME = 20


@click.command(name="up")
@click.option("-f", "--filename", "sources", multiple=True, help="Apply this file, folder or loopback URL; - is stdin.")
@click.option(
    "--name",
    default="default",
    show_default=True,
    envvar="LATEEN_MESH",
    help="The mesh's name; several can run side by side.",
)
@click.option("--detach", is_flag=True, help="Return when everything is ready, and leave the mesh running.")
@click.option("--profile", default="", help="The installation profile [default: demo]; see `lateen profile list`.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in --set meshConfig.accessLogFile=''.")
@click.option(
    "--images", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="More image → program rows."
)
@click.option("--timeout", type=SECONDS, default="120s", show_default=True, help="Until then everything must be ready.")
def command(
    sources: tuple[str, ...],
    name: str,
    detach: bool,
    profile: str,
    settings: tuple[str, ...],
    images: Path | None,
    timeout: float,
) -> None:
    """Start a mesh: control plane, DNS and an ingress gateway; then apply files and wait until all pods are ready.

    Stays until Ctrl-C, which removes everything; with --detach, `lateen down` does that. What was applied is kept, and
    is there again after the next `lateen up`.
    """
    start_mesh(name, profile=profile, settings=settings, images=images, sources=sources, timeout=timeout)
    if detach:
        return
    click.echo("Press Ctrl-C to stop the mesh.")
    wait_for_interrupt()
    stop_mesh(name)


def start_mesh(
    name: str,
    *,
    profile: str = "",
    settings: tuple[str, ...] = (),
    images: Path | None = None,
    sources: tuple[str, ...] = (),
    timeout: float = 120.0,
) -> None:
    """Start a mesh, apply files, wait for every pod, and print where things are; exits with a message on failure."""
    from lateen.app.lifecycle import StartOptions, start  # noqa: PLC0415 - `up --help` is quicker
    from lateen.app.waiting import LifecycleError  # noqa: PLC0415 - as above

    started = time.monotonic()
    paths = MeshPaths(checked_name(name))
    documents = served_documents(sources) if sources else []
    options = StartOptions(
        profile=profile_of(profile, settings),
        mesh_config=mesh_config(settings) if settings else None,
        images=str(images.resolve()) if images else "",
    )
    try:
        fresh = start(paths, options)
    except LifecycleError as error:
        fail(f"error: {error}")
    click.echo(f"mesh {name} {'is up' if fresh else 'was up already'} after {time.monotonic() - started:.1f} s")
    if not fresh and (profile or settings or images):
        click.echo("warning: it keeps the options it was started with: stop it with `lateen down` first", err=True)
    with reported(), SyncClient(read_access(paths.kubeconfig)) as client:
        if documents and not Applier(client, "default").apply_all(documents):
            raise SystemExit(1)
        pods = wait_for_workloads(client, timeout)
        click.echo(f"{pods} pod{'' if pods == 1 else 's'} ready after {time.monotonic() - started:.1f} s")
        print_overview(client, paths)


def stop_mesh(name: str, *, purge: bool = False) -> None:
    """Stop a mesh and say so; exits with a message on failure."""
    from lateen.app.lifecycle import stop  # noqa: PLC0415 - as above
    from lateen.app.waiting import LifecycleError  # noqa: PLC0415 - as above

    try:
        removed = stop(MeshPaths(checked_name(name)), purge=purge)
    except LifecycleError as error:
        fail(f"error: {error}")
    click.echo(f"mesh {name} is down" if removed else f"mesh {name} was not up")


def checked_name(name: str) -> str:
    """The name, if it can be part of names in the kernel; else exits with a message."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        fail(f"error: {name!r} can't name a mesh: use at most {LONGEST_NAME} lower-case letters, digits and '-'")
    return name


def wait_for_interrupt() -> None:
    """Return on Ctrl-C, SIGTERM or the end of the terminal."""
    numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    signal.sigwait(numbers)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    click.echo()
