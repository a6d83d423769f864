"""`lateen images`: which local program stands in for which image."""

import shlex
from pathlib import Path

import click

from lateen.app.image_table import images_of
from lateen.cli.mesh import fail
from lateen.cli.table import format_table


@click.command(name="images")
@click.option("--name", default="default", show_default=True, help="Include the rows that this mesh's user added.")
@click.option(
    "--images", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Include this file's rows."
)
def command(name: str, images: Path | None) -> None:
    """List the table by which container images become local programs; the first pattern that fits is used.

    Add rows in a YAML file (images.yaml in the mesh's state folder, or `lateen up --images FILE`), or name the program
    of one container in the pod's annotation lateen.dev/image.CONTAINER.
    """
    try:
        table = images_of(name, images)
    except ValueError as error:
        fail(f"error: {error}")
    rows = [
        (
            image.pattern,
            "Envoy" if image.proxy else shlex.join((*image.entrypoint, *image.arguments)),
            image.about,
            image.origin,
        )
        for image in table
    ]
    click.echo(format_table(("IMAGE", "PROGRAM", "ABOUT", "FROM"), rows))
