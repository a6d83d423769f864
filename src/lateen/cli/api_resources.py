"""`lateen api-resources`: the kinds of the mesh."""

import click

from lateen.api.schema import KINDS
from lateen.cli.table import format_table


@click.command(name="api-resources")
@click.option("--no-headers", is_flag=True, help="Print no headings.")
def command(no_headers: bool) -> None:
    """List the kinds of resources, with their short names; needs no mesh."""
    rows = [
        [info.plural, ",".join(info.short_names), info.api_version, str(info.namespaced).lower(), info.kind]
        for info in KINDS
    ]
    click.echo(
        format_table(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"], rows, with_headings=not no_headers)
    )
