"""Which mesh a verb talks to, and how."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from lateen.client.access import Access, AccessError
from lateen.client.error import ApiError
from lateen.client.kubeconfig import read_access
from lateen.client.paths import RUN_ROOT, MeshPaths
from lateen.client.sync import SyncClient

F = TypeVar("F", bound=Callable[..., object])


def mesh_options(command: F) -> F:
    """The options that choose a mesh: `--mesh` on this machine, or any cluster by `--kubeconfig` and `--context`."""
    for option in (
        click.option("--context", default="", help="The context of the kubeconfig file to use."),
        click.option(
            "--kubeconfig", type=click.Path(dir_okay=False, path_type=Path), help="Reach the API by this file."
        ),
        click.option("--mesh", default="", envvar="LATEEN_MESH", help="The mesh's name [default: the one that runs]."),
    ):
        command = option(command)
    return command


def namespace_option(command: F) -> F:
    """`-n`: the namespace, as kubectl has it."""
    return click.option("-n", "--namespace", default="", help="The namespace [default: default].")(command)


@contextmanager
def connect(mesh: str, kubeconfig: Path | None, context: str) -> Iterator[SyncClient]:
    """A client of the chosen mesh; refusals end the command with their message and exit status 1."""
    with reported(), SyncClient(access_for(mesh, kubeconfig, context)) as client:
        yield client


@contextmanager
def reported() -> Iterator[None]:
    """Turns refusals and broken connections into one line on standard error and exit status 1."""
    try:
        yield
    except ApiError as error:
        fail(str(error))
    except AccessError as error:
        fail(f"error: {error}")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


class Failure(SystemExit):
    """The end of a command that could not do what it was asked for; `message` is on standard error already."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(code)
        self.message = message


def fail(message: str, code: int = 1) -> NoReturn:
    """Print `message` on standard error and exit."""
    click.echo(message, err=True)
    raise Failure(message, code)


def access_for(mesh: str, kubeconfig: Path | None, context: str) -> Access:
    """How to reach the chosen mesh. Raises AccessError."""
    if kubeconfig or context:
        return read_access(kubeconfig or Path.home() / ".kube" / "config", context)
    paths = MeshPaths(mesh or running_mesh())
    if not paths.kubeconfig.exists():
        raise AccessError(f"there is no mesh {paths.name!r} on this machine: start one with `lateen up`")
    return read_access(paths.kubeconfig)


def running_mesh() -> str:
    """The name of the one mesh that runs here; `default` when none does. Raises AccessError when several do."""
    names = running_meshes()
    if len(names) > 1 and "default" not in names:
        raise AccessError(f"several meshes run here ({', '.join(names)}): choose one with --mesh")
    return "default" if "default" in names or not names else names[0]


def running_meshes() -> list[str]:
    """The names of the meshes that have been started and not stopped."""
    return sorted(folder.name for folder in RUN_ROOT.iterdir() if folder.is_dir()) if RUN_ROOT.is_dir() else []
