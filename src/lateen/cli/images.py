"""`lateen images`: which local program stands in for which image."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from lateen.app.image_table import images_of
from lateen.cli.mesh import fail
from lateen.cli.table import format_table

SHOWN = 60


@click.command(name="images")
@click.option(
    "--name",
    default="default",
    show_default=True,
    envvar="LATEEN_MESH",
    help="Include the rows that this mesh's user added.",
)
@click.option(
    "--images", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Include this file's rows."
)
@click.option(
    "-o", "--output", type=click.Choice(["short", "wide"]), default="short", help="wide: whole command lines."
)
def command(name: str, images: Path | None, output: str) -> None:
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
            _program((*image.entrypoint, *image.arguments), short=output == "short") if not image.proxy else "Envoy",
            image.about,
            image.origin,
        )
        for image in table
    ]
    click.echo(format_table(("IMAGE", "PROGRAM", "ABOUT", "FROM"), rows))


def _program(words: Sequence[str], *, short: bool) -> str:
    """The command line; in short without the path of Python, and cut where it gets long."""
    if not short:
        return shlex.join(words)
    line = shlex.join(
        ["python", *(word for word in words[1:] if word != "-P")] if words[0] == sys.executable else words
    )
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
