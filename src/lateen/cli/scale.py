"""`lateen scale`: how many pods a deployment has."""

from pathlib import Path

import click

from lateen.cli.completing import complete_resources
from lateen.cli.kinds import parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option


@click.command(name="scale")
@click.argument(
    "what", nargs=-1, required=True, metavar="deploy/NAME… | deploy NAME…", shell_complete=complete_resources
)
@click.option("--replicas", type=click.IntRange(min=0), required=True, help="How many pods.")
@namespace_option
@mesh_options
def command(
    what: tuple[str, ...], replicas: int, namespace: str, mesh: str, kubeconfig: Path | None, context: str
) -> None:
    """Set the number of pods of deployments."""
    targets = parse_targets(what)
    if any(target.info.id != "Deployment" or not target.name for target in targets):
        raise click.UsageError("only deployments can be scaled, by name: deploy/reviews-v1")
    with connect(mesh, kubeconfig, context) as client:
        for target in targets:
            client.patch(target.path(namespace or client.access.namespace), {"spec": {"replicas": replicas}})
            click.echo(f"{target.title} scaled")
