"""`lateen kubeconfig`: let kubectl reach the mesh."""

from pathlib import Path

import click

from lateen.cli.mesh import access_for, mesh_options, reported
from lateen.client.kubeconfig import merge_context, own_kubeconfig


@click.command(name="kubeconfig")
@click.option(
    "-f", "--file", "target", type=click.Path(dir_okay=False, path_type=Path), help="Merge it into this file."
)
@click.option("--current", is_flag=True, help="Make it the file's current context.")
@mesh_options
def command(target: Path | None, current: bool, mesh: str, kubeconfig: Path | None, context: str) -> None:
    """Print a kubeconfig for the mesh, or merge it into a file as the context `lateen-<mesh>`.

    \b
      lateen kubeconfig -f ~/.kube/config && kubectl --context lateen-default get pods
    """
    with reported():
        access = access_for(mesh, kubeconfig, context)
        if target is None:
            click.echo(own_kubeconfig(access), nl=False)
            return
        merge_context(target, access, make_current=current)
    click.echo(f"context {access.context} is in {target}")
