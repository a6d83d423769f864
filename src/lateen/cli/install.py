"""`lateen install`: istioctl's way to say `lateen up --detach`."""

import click

from lateen.cli.up import start_mesh


@click.command(name="install")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="profile=NAME, or meshConfig.…=VALUE.")
@click.option("--name", default="default", show_default=True, envvar="LATEEN_MESH", help="The mesh's name.")
@click.option("-y", "--skip-confirmation", is_flag=True, help="Accepted for istioctl's sake; nothing is asked.")
def command(settings: tuple[str, ...], name: str, skip_confirmation: bool) -> None:
    """Start a mesh on this machine with the parts a profile names, and leave it running."""
    del skip_confirmation
    start_mesh(name, settings=settings)
