"""`lateen get`: list resources as kubectl does."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.api.schema import info_of
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.table import format_table
from lateen.client.error import ApiError
from lateen.client.media_type import TABLE
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

FORMATS = ("wide", "yaml", "json", "name")


@click.command(name="get")
@click.argument("what", nargs=-1, metavar="KIND[,KIND…] [NAME…] | KIND/NAME…")
@namespace_option
@click.option("-A", "--all-namespaces", is_flag=True, help="In every namespace.")
@click.option("-l", "--selector", default="", help="Only what has these labels, as in app=reviews,version!=v1.")
@click.option("--field-selector", default="", help="Only what has these fields, as in metadata.name=reviews.")
@click.option("-o", "--output", type=click.Choice(FORMATS), help="How to print it.")
@click.option("-L", "--label-columns", multiple=True, help="Show a label as a column; may be repeated.")
@click.option("--show-labels", is_flag=True, help="Show all labels.")
@click.option("--no-headers", is_flag=True, help="Print no headings.")
@click.option("-w", "--watch", is_flag=True, help="Print what is there, then every change.")
@mesh_options
def command(
    what: tuple[str, ...],
    namespace: str,
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    output: str | None,
    label_columns: tuple[str, ...],
    show_labels: bool,
    no_headers: bool,
    watch: bool,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """List resources: kinds by name, plural or short name, or single resources.

    \b
      lateen get pods -o wide
      lateen get vs,dr -A
      lateen get deploy/reviews-v1 -o yaml
    """
    targets = parse_targets(what)
    with connect(mesh, kubeconfig, context) as client:
        where = "" if all_namespaces else namespace or client.access.namespace
        query = {"labelSelector": selector, "fieldSelector": field_selector}
        printer = TablePrinter(output == "wide", all_namespaces, label_columns, show_labels, no_headers)
        if output in {"yaml", "json", "name"}:
            _print_documents(client, targets, where, query, output)
        elif watch:
            _watch(client, targets, where, query, printer)
        else:
            _print_tables(client, targets, where, query, printer)


class TablePrinter:
    """Turns the server's Table objects into lines."""

    def __init__(
        self, wide: bool, with_namespace: bool, labels: Sequence[str], show_labels: bool, no_headings: bool
    ) -> None:
        self._wide = wide
        self._with_namespace = with_namespace
        self._labels = [label for word in labels for label in word.split(",")]
        self._show_labels = show_labels
        self._no_headings = no_headings

    def lines(self, table: JsonObject, target: Target, *, prefix: bool = False, again: bool = False) -> str:
        """The lines of one table; `prefix` puts the kind before names, `again` leaves the headings out."""
        definitions: list[JsonObject] = table.get("columnDefinitions") or []
        shown = [i for i, column in enumerate(definitions) if self._wide or not column.get("priority")]
        headings = [definitions[i]["name"].upper() for i in shown]
        headings += [label.rpartition("/")[2].upper() for label in self._labels]
        headings += ["LABELS"] if self._show_labels else []
        namespaced = self._with_namespace and target.info.namespaced
        rows = [self._row(row, shown, target, prefix, namespaced) for row in table.get("rows") or []]
        return format_table(
            ["NAMESPACE", *headings] if namespaced else headings,
            rows,
            with_headings=not self._no_headings and not again,
        )

    def _row(self, row: JsonObject, shown: Sequence[int], target: Target, prefix: bool, namespaced: bool) -> list[str]:
        metadata: JsonObject = (row.get("object") or {}).get("metadata") or {}
        cells = [str(row["cells"][i]) for i in shown]
        if prefix and cells:
            cells[0] = Target(target.info, cells[0]).title
        labels: dict[str, str] = metadata.get("labels") or {}
        cells += [labels.get(label, "") for label in self._labels]
        if self._show_labels:
            cells.append(",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "<none>")
        return [metadata.get("namespace", ""), *cells] if namespaced else cells


def _print_tables(
    client: SyncClient, targets: Sequence[Target], where: str, query: dict[str, str], printer: TablePrinter
) -> None:
    blocks: list[str] = []
    missing: list[str] = []
    prefix = len({target.info.id for target in targets}) > 1
    for group in _same_kind(targets):
        rows: list[JsonObject] = []
        table: JsonObject = {}
        for target in group:
            try:
                table = client.get(with_query(target.path(where), **({} if target.name else query)), accept=TABLE)
            except ApiError as error:
                missing.append(str(error))
                continue
            rows += table.get("rows") or []
        if rows:
            blocks.append(printer.lines({**table, "rows": rows}, group[0], prefix=prefix))
    if blocks:
        click.echo("\n\n".join(blocks))
    elif not missing:
        click.echo(f"No resources found in {where} namespace." if where else "No resources found", err=True)
    for message in missing:
        click.echo(message, err=True)
    if missing:
        raise SystemExit(1)


def _same_kind(targets: Sequence[Target]) -> list[list[Target]]:
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.info.id, []).append(target)
    return list(groups.values())


def _print_documents(
    client: SyncClient, targets: Sequence[Target], where: str, query: dict[str, str], output: str
) -> None:
    items: list[JsonObject] = []
    for target in targets:
        answer = client.get(with_query(target.path(where), **({} if target.name else query)))
        items += [answer] if target.name else _with_types(answer, target)
    if output == "name":
        for item in items:
            click.echo(_title(item))
        return
    single = len(targets) == 1 and targets[0].name
    body = items[0] if single else {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {}}
    click.echo(_formatted(body, output), nl=False)


def _with_types(answer: JsonObject, target: Target) -> list[JsonObject]:
    types = {"apiVersion": target.info.api_version, "kind": target.info.kind}
    return [{**types, **item} for item in answer.get("items") or []]


def _title(item: JsonObject) -> str:
    info = info_of(item)
    name: str = item["metadata"]["name"]
    return Target(info, name).title if info else name


def _formatted(body: JsonObject, output: str) -> str:
    if output == "json":
        return json.dumps(body, indent=4, ensure_ascii=False) + "\n"
    from lateen.api.codec import to_yaml  # noqa: PLC0415 - tables need no YAML

    return to_yaml(body)


def _watch(
    client: SyncClient, targets: Sequence[Target], where: str, query: dict[str, str], printer: TablePrinter
) -> None:
    if len(targets) != 1:
        raise click.UsageError("-w watches one kind, or one resource, at a time")
    target = targets[0]
    everything = Target(target.info)
    if target.name:
        query = {**query, "fieldSelector": f"metadata.name={target.name}"}
    path = everything.path(where)
    table = client.get(with_query(path, **query), accept=TABLE)
    click.echo(printer.lines(table, target))
    since = (table.get("metadata") or {}).get("resourceVersion", "")
    for event in client.watch(with_query(path, **query, watch=True, resourceVersion=since), accept=TABLE):
        if event.get("type") in {"ADDED", "MODIFIED", "DELETED"}:
            click.echo(printer.lines(event["object"], target, again=True))
