"""`lateen events`: what happened, in order."""

from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_resources
from lateen.cli.description.events import event_rows
from lateen.cli.kinds import Target, kind_named, parse_targets
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.table import column_widths, format_table
from lateen.client.resource_path import with_query

HEADINGS = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")


@click.command(name="events")
@click.option(
    "--for", "about", default="", metavar="KIND/NAME", help="Only of this one.", shell_complete=complete_resources
)
@click.option("--types", default="", help="Only of these types, as in Warning,Normal.")
@click.option("-A", "--all-namespaces", is_flag=True, help="In every namespace.")
@click.option("-w", "--watch", is_flag=True, help="Go on as more happens.")
@click.option("--no-headers", is_flag=True, help="Print no headings.")
@namespace_option
@mesh_options
def command(
    about: str,
    types: str,
    all_namespaces: bool,
    watch: bool,
    no_headers: bool,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """List events, the oldest first."""
    selector = _selector(about)
    wanted = {word for word in types.split(",") if word}
    with connect(mesh, kubeconfig, context) as client:
        where = "" if all_namespaces else namespace or client.access.namespace
        path = Target(kind_named("events")).path(where)
        listing = client.get(with_query(path, fieldSelector=selector))
        rows = _rows(listing.get("items") or [], wanted, all_namespaces)
        if not rows and not watch:
            click.echo(f"No events found in {where} namespace." if where else "No events found.", err=True)
            return
        headings = ("NAMESPACE", *HEADINGS) if all_namespaces else HEADINGS
        click.echo(format_table(headings, rows, with_headings=not no_headers))
        if not watch:
            return
        widths = column_widths([headings, *rows])
        since = (listing.get("metadata") or {}).get("resourceVersion", "")
        for event in client.watch(with_query(path, fieldSelector=selector, watch=True, resourceVersion=since)):
            more = (
                _rows([event["object"]], wanted, all_namespaces) if event.get("type") in {"ADDED", "MODIFIED"} else []
            )
            if more:
                click.echo(format_table(headings, more, with_headings=False, at_least=widths))
        fail("error: the control plane ended the watch: see `lateen status`")


def _selector(about: str) -> str:
    if not about:
        return ""
    (target,) = parse_targets((about,))
    if not target.name:
        raise click.UsageError("--for: write KIND/NAME")
    return f"involvedObject.name={target.name},involvedObject.kind={target.info.kind}"


def _rows(events: list[JsonObject], types: set[str], with_namespace: bool) -> list[list[str]]:
    chosen = [event for event in events if not types or event.get("type") in types]
    return [
        [
            *([event["metadata"].get("namespace", "")] if with_namespace else []),
            when,
            event.get("type", ""),
            event.get("reason", ""),
            _object(event),
            event.get("message", "").strip(),
        ]
        for event, when in event_rows(chosen)
    ]


def _object(event: JsonObject) -> str:
    about: JsonObject = event.get("involvedObject") or {}
    return f"{about.get('kind', '')}/{about.get('name', '')}"
