"""What `label` and `annotate` share: `KEY=VALUE` sets, `KEY-` removes."""

from collections.abc import Sequence
from pathlib import Path

import click

from lateen.cli.completing import complete_resources
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient


def edit_command(verb: str, field: str) -> click.Command:
    """The command that edits the map `field` of metadata."""

    @click.command(name=verb, help=f"Set {field} with KEY=VALUE, remove them with KEY-.")
    @click.argument(
        "words",
        nargs=-1,
        required=True,
        metavar="KIND NAME… | KIND/NAME… KEY=VALUE… KEY-…",
        shell_complete=complete_resources,
    )
    @namespace_option
    @click.option("-l", "--selector", default="", help="Everything of the kind with these labels.")
    @click.option("--all", "everything", is_flag=True, help="Everything of the kind in the namespace.")
    @click.option("--overwrite", is_flag=True, help="Change values that are there already.")
    @mesh_options
    def command(
        words: tuple[str, ...],
        namespace: str,
        selector: str,
        everything: bool,
        overwrite: bool,
        mesh: str,
        kubeconfig: Path | None,
        context: str,
    ) -> None:
        names, changes = split_changes(words)
        if not changes:
            raise click.UsageError(f"say what to {verb}: KEY=VALUE, or KEY- to remove")
        targets = parse_targets(names)
        with connect(mesh, kubeconfig, context) as client:
            where = namespace or client.access.namespace
            results = [
                _edit(client, target, where, (field, changes, overwrite))
                for target in _expanded(client, targets, where, selector, everything)
            ]
        if not all(results):
            raise SystemExit(1)

    return command


def split_changes(words: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str | None]]:
    """The words that name resources, and the changes: a value, or None to remove."""
    names = tuple(word for word in words if "=" not in word and not word.endswith("-"))
    changes: dict[str, str | None] = {}
    for word in words:
        key, separator, value = word.partition("=")
        if separator:
            changes[key] = value
        elif word.endswith("-"):
            changes[word[:-1]] = None
    return names, changes


def _expanded(
    client: SyncClient, targets: Sequence[Target], where: str, selector: str, everything: bool
) -> list[Target]:
    found: list[Target] = []
    for target in targets:
        if target.name:
            found.append(target)
        elif selector or everything:
            listing = client.get(with_query(target.path(where), labelSelector=selector))
            found += [Target(target.info, item["metadata"]["name"]) for item in listing.get("items") or []]
        else:
            raise click.UsageError(f"name which {target.info.plural}, or give -l or --all")
    return found


def _edit(client: SyncClient, target: Target, where: str, edit: tuple[str, dict[str, str | None], bool]) -> bool:
    field, changes, overwrite = edit
    path = target.path(where)
    try:
        current: dict[str, str] = client.get(path)["metadata"].get(field) or {}
        taken = [key for key, value in changes.items() if value is not None and current.get(key, value) != value]
        if taken and not overwrite:
            what = f"{target.title} already has {taken[0]}={current[taken[0]]}"
            click.echo(f"error: {what}; use --overwrite to change it", err=True)
            return False
        word = "labeled" if field == "labels" else "annotated"
        if all(current.get(key) == value for key, value in changes.items()):
            click.echo(f"{target.title} not {word}")
            return True
        for warning in client.patch(path, {"metadata": {field: changes}}).warnings:
            click.echo(f"Warning: {warning}", err=True)
    except ApiError as error:
        click.echo(str(error), err=True)
        return False
    click.echo(f"{target.title} {'unlabeled' if word == 'labeled' and _only_removes(changes) else word}")
    return True


def _only_removes(changes: dict[str, str | None]) -> bool:
    return all(value is None for value in changes.values())
