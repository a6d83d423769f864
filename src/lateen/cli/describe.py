"""`lateen describe`: everything about a resource that a person may want to read, its events last."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lateen.api.age import age
from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named, parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.table import format_table
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

HIDDEN_ANNOTATIONS = ("kubectl.kubernetes.io/last-applied-configuration",)
HIDDEN_METADATA = ("name", "namespace", "labels", "annotations", "managedFields")
WIDTH = 22
WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@click.command(name="describe")
@click.argument("what", nargs=-1, required=True, metavar="KIND [NAME…] | KIND/NAME…")
@namespace_option
@click.option("-l", "--selector", default="", help="Everything of the kind with these labels.")
@mesh_options
def command(
    what: tuple[str, ...], namespace: str, selector: str, mesh: str, kubeconfig: Path | None, context: str
) -> None:
    """Show resources in full: their fields, what the mesh says about them, and their events."""
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        documents = [document for target in parse_targets(what) for document in _find(client, target, where, selector)]
        for number, document in enumerate(documents):
            if number:
                click.echo("\n")
            click.echo("\n".join([*description(document), *_events(client, document)]))


def _find(client: SyncClient, target: Target, where: str, selector: str) -> list[JsonObject]:
    if target.name:
        return [client.get(target.path(where))]
    types = {"apiVersion": target.info.api_version, "kind": target.info.kind}
    listing = client.get(with_query(target.path(where), labelSelector=selector))
    return [{**types, **item} for item in listing.get("items") or []]


def description(document: JsonObject) -> Iterator[str]:
    """The lines that describe a resource, in the order kubectl gives them."""
    metadata: JsonObject = document["metadata"]
    yield _line("Name", metadata["name"])
    if metadata.get("namespace"):
        yield _line("Namespace", metadata["namespace"])
    yield from _pairs("Labels", metadata.get("labels") or {})
    shown = {key: value for key, value in (metadata.get("annotations") or {}).items() if key not in HIDDEN_ANNOTATIONS}
    yield from _pairs("Annotations", shown)
    yield _line("API Version", document["apiVersion"])
    yield _line("Kind", document["kind"])
    yield from _fields("Metadata", {key: value for key, value in metadata.items() if key not in HIDDEN_METADATA}, 0)
    secret = document["kind"] == "Secret"
    for key, value in document.items():
        if key not in {"apiVersion", "kind", "metadata"}:
            hide = secret and key in {"data", "stringData"}
            yield from _fields(
                _title(key), {name: f"{len(v)} characters" for name, v in value.items()} if hide else value, 0
            )


def _pairs(title: str, pairs: dict[str, str]) -> Iterator[str]:
    lines = [f"{key}={value}" for key, value in sorted(pairs.items())] or ["<none>"]
    yield _line(title, lines[0])
    for line in lines[1:]:
        yield " " * WIDTH + line


def _fields(title: str, value: Any, depth: int) -> Iterator[str]:  # Any: JSON
    indent = "  " * depth
    if isinstance(value, dict) and value:
        yield f"{indent}{title}:"
        for key, inner in value.items():
            yield from _fields(_title(key), inner, depth + 1)
    elif isinstance(value, list) and value:
        yield f"{indent}{title}:"
        for inner in value:
            yield from _entry(inner, depth + 1)
    else:
        yield f"{indent}{title + ':':<{max(1, WIDTH - len(indent))}}{_scalar(value)}".rstrip()


def _entry(value: Any, depth: int) -> Iterator[str]:  # Any: JSON
    if not isinstance(value, dict):
        yield f"{'  ' * depth}- {_scalar(value)}"
        return
    for number, (key, inner) in enumerate(value.items()):
        lines = list(_fields(_title(key), inner, depth + 1))
        if number == 0:
            lines[0] = f"{'  ' * depth}- {lines[0].lstrip()}"
        yield from lines


def _line(title: str, value: str) -> str:
    return f"{title + ':':<{WIDTH}}{value}"


def _title(key: str) -> str:
    if not key.isidentifier():
        return key
    return " ".join(word[:1].upper() + word[1:] for word in WORD_BOUNDARY.split(key))


def _scalar(value: Any) -> str:  # Any: JSON
    if value is None or value in ({}, []):
        return "<none>"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _events(client: SyncClient, document: JsonObject) -> Sequence[str]:
    metadata = document["metadata"]
    selector = f"involvedObject.name={metadata['name']},involvedObject.kind={document['kind']}"
    path = Target(kind_named("events")).path(metadata.get("namespace") or "default")
    try:
        events = client.get(with_query(path, fieldSelector=selector)).get("items") or []
    except ApiError:
        events = []
    if not events:
        return [_line("Events", "<none>")]
    now = datetime.now(UTC)
    events.sort(key=lambda event: event.get("lastTimestamp") or "")
    rows = [
        [event.get("type", ""), event.get("reason", ""), _when(event, now), _source(event), event.get("message", "")]
        for event in events
    ]
    table = format_table(["Type", "Reason", "Age", "From", "Message"], rows)
    return ["Events:", *(f"  {line}" for line in table.splitlines())]


def _when(event: JsonObject, now: datetime) -> str:
    last = age(event.get("lastTimestamp") or event["metadata"].get("creationTimestamp", ""), now)
    count = event.get("count") or 1
    return f"{last} (x{count} over {age(event.get('firstTimestamp', ''), now)})" if count > 1 else last


def _source(event: JsonObject) -> str:
    return str((event.get("source") or {}).get("component") or event.get("reportingComponent") or "")
