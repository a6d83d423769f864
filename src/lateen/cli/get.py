"""`lateen get`: list resources as kubectl does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_resources
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.output import Output, parse_output
from lateen.cli.table_printer import TablePrinter
from lateen.client.error import ApiError
from lateen.client.media_type import JSON, TABLE
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient


@click.command(name="get")
@click.argument("what", nargs=-1, metavar="KIND[,KIND…] [NAME…] | KIND/NAME…", shell_complete=complete_resources)
@namespace_option
@click.option("-A", "--all-namespaces", is_flag=True, help="In every namespace.")
@click.option("-l", "--selector", default="", help="Only what has these labels, as in app=reviews,version!=v1.")
@click.option("--field-selector", default="", help="Only what has these fields, as in metadata.name=reviews.")
@click.option(
    "-o", "--output", default="", metavar="FORMAT", help="wide, yaml, json, name, jsonpath=… or custom-columns=…"
)
@click.option("-L", "--label-columns", multiple=True, help="Show a label as a column; may be repeated.")
@click.option("--show-labels", is_flag=True, help="Show all labels.")
@click.option("--no-headers", is_flag=True, help="Print no headings.")
@click.option("--ignore-not-found", is_flag=True, help="What is not there is no error.")
@click.option("-w", "--watch", is_flag=True, help="Print what is there, then every change.")
@mesh_options
def command(
    what: tuple[str, ...],
    namespace: str,
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    output: str,
    label_columns: tuple[str, ...],
    show_labels: bool,
    no_headers: bool,
    ignore_not_found: bool,
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
      lateen get svc istio-ingressgateway -n istio-system -o jsonpath='{.spec.ports[?(@.port==80)].nodePort}'
    """
    targets, chosen = parse_targets(what), parse_output(output)
    if all_namespaces and any(target.name for target in targets):
        raise click.UsageError("a resource by name is in one namespace: give -n instead of -A")
    with connect(mesh, kubeconfig, context) as client:
        where = "" if all_namespaces else namespace or client.access.namespace
        query = {"labelSelector": selector, "fieldSelector": field_selector}
        getter = Getter(client, where, query, ignore_not_found)
        printer = TablePrinter(chosen.format == "wide", all_namespaces, label_columns, show_labels, no_headers)
        if watch:
            getter.watch(targets, chosen, printer)
        elif chosen.is_table:
            getter.print_tables(targets, printer)
        else:
            getter.print_documents(targets, chosen)
        getter.finish()


@dataclass(slots=True)
class Getter:
    """Gets what targets name; what is missing is told at the end, after all that is there."""

    client: SyncClient
    where: str
    query: dict[str, str]
    ignore_missing: bool
    missing: list[str] | None = None

    def print_tables(self, targets: Sequence[Target], printer: TablePrinter) -> None:
        """Print a table for each kind."""
        blocks: list[str] = []
        groups = _same_kind(targets)
        for group in groups:
            tables = [table for target in group if (table := self._get(target, TABLE))]
            rows = [row for table in tables for row in table.get("rows") or []]
            if rows:
                blocks.append(printer.lines({**tables[0], "rows": rows}, group[0], prefix=len(groups) > 1))
        if blocks:
            click.echo("\n\n".join(blocks))
        elif not self.missing and not (self.ignore_missing and all(target.name for target in targets)):
            here = self.where and any(target.info.namespaced for target in targets)
            click.echo(f"No resources found in {self.where} namespace." if here else "No resources found", err=True)

    def print_documents(self, targets: Sequence[Target], output: Output) -> None:
        """Print resources in full, or what an expression says of them."""
        documents = [document for target in targets for document in self._documents(target)]
        single = len(targets) == 1 and bool(targets[0].name)
        if documents or not single:
            click.echo(output.text(documents, single=single), nl=False)

    def watch(self, targets: Sequence[Target], output: Output, printer: TablePrinter) -> None:
        """Print what is there, then each change, until interrupted."""
        if len(targets) != 1:
            raise click.UsageError("-w watches one kind, or one resource, at a time")
        target = targets[0]
        accept = TABLE if output.is_table else JSON
        query = self.query | ({"fieldSelector": f"metadata.name={target.name}"} if target.name else {})
        path = Target(target.info).path(self.where)
        first = self.client.get(with_query(path, **query), accept=accept)
        if not output.is_table or first.get("rows"):
            self._print(first, target, output, printer, again=False)
        again = bool(first.get("rows"))
        since = (first.get("metadata") or {}).get("resourceVersion", "")
        for event in self.client.watch(with_query(path, **query, watch=True, resourceVersion=since), accept=accept):
            if event.get("type") in {"ADDED", "MODIFIED", "DELETED"}:
                self._print(event["object"], target, output, printer, again=again)
                again = True
        fail("error: the control plane ended the watch: see `lateen status`")

    def finish(self) -> None:
        """Tell what was missing; exits with 1 when anything was."""
        for message in self.missing or ():
            click.echo(message, err=True)
        if self.missing:
            raise SystemExit(1)

    def _print(self, body: JsonObject, target: Target, output: Output, printer: TablePrinter, *, again: bool) -> None:
        if output.is_table:
            click.echo(printer.lines(body, target, again=again))
            return
        documents = _typed(body["items"], target) if "items" in body else [body]
        for document in documents:
            click.echo(output.text([document], single=True), nl=output.format == "jsonpath")

    def _documents(self, target: Target) -> list[JsonObject]:
        answer = self._get(target, JSON)
        if answer is None:
            return []
        return [answer] if target.name else _typed(answer.get("items") or [], target)

    def _get(self, target: Target, accept: str) -> JsonObject | None:
        path = with_query(target.path(self.where), **({} if target.name else self.query))
        try:
            return self.client.get(path, accept=accept)
        except ApiError as error:
            if not error.is_missing:
                raise
            if not self.ignore_missing:
                self.missing = [*(self.missing or ()), str(error)]
            return None


def _same_kind(targets: Sequence[Target]) -> list[list[Target]]:
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.info.id, []).append(target)
    return list(groups.values())


def _typed(items: Sequence[JsonObject], target: Target) -> list[JsonObject]:
    """The items of a list don't say their kind; single documents do."""
    return [{"apiVersion": target.info.api_version, "kind": target.info.kind, **item} for item in items]
