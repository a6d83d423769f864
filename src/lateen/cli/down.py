"""`lateen down`: stop a mesh."""

import click

from lateen.cli.up import stop_mesh


@click.command(name="down")
@click.option("--name", default="default", show_default=True, envvar="LATEEN_MESH", help="The mesh's name.")
@click.option("--purge", is_flag=True, help="Also forget what was applied, and the mesh's certificates.")
def command(name: str, purge: bool) -> None:
    """Stop a mesh and remove its processes, namespaces, links, rules and files.

    Works after a crash too. What was applied stays in the mesh's state folder for the next `lateen up`.
    """
    stop_mesh(name, purge=purge)
