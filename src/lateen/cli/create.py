"""`lateen create`: resources that need no file, or must not be there yet."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lateen.api.meta import JsonObject
from lateen.api.schema import info_of
from lateen.cli.alias_group import AliasGroup
from lateen.cli.apply import served_documents
from lateen.cli.kinds import Target
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.output import formatted
from lateen.client.resource_path import with_query

F = TypeVar("F", bound=Callable[..., object])
ALIASES = {"ns": "namespace", "cm": "configmap", "sa": "serviceaccount"}


@click.group(name="create", cls=AliasGroup, aliases=ALIASES, invoke_without_command=True)
@click.option("-f", "--filename", "sources", multiple=True, help="Create what this file, folder, URL or - describes.")
@namespace_option
@mesh_options
@click.pass_context
def command(ctx: click.Context, /, sources: tuple[str, ...], **where: Any) -> None:  # Any: click's options
    """Create a resource; it is an error if it is there already."""
    if ctx.invoked_subcommand:
        return
    if not sources:
        raise click.UsageError("say what to create, as in `lateen create namespace shop`, or give -f")
    create_all([document.body for document in served_documents(sources)], "none", "", **where)


def _options(decorated: F) -> F:
    for option in (
        click.option("--dry-run", type=click.Choice(["none", "client", "server"]), default="none"),
        click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), help="Print what was created."),
        namespace_option,
        mesh_options,
    ):
        decorated = option(decorated)
    return decorated


def _from_options(decorated: F) -> F:
    for option in (
        click.option("--from-literal", "literals", multiple=True, metavar="KEY=VALUE"),
        click.option("--from-file", "files", multiple=True, metavar="[KEY=]FILE", help="A file, or all of a folder."),
    ):
        decorated = option(decorated)
    return decorated


@command.command(name="namespace")
@click.argument("name")
@_options
def namespace_(name: str, dry_run: str, output: str | None, **where: Any) -> None:  # Any: click's options
    """Create a namespace."""
    create_all([_document("Namespace", name)], dry_run, output or "", **where)


@command.command(name="serviceaccount")
@click.argument("name")
@_options
def service_account(name: str, dry_run: str, output: str | None, **where: Any) -> None:  # Any: click's options
    """Create a service account."""
    create_all([_document("ServiceAccount", name)], dry_run, output or "", **where)


@command.command(name="configmap")
@click.argument("name")
@_from_options
@_options
def config_map(
    name: str,
    literals: tuple[str, ...],
    files: tuple[str, ...],
    dry_run: str,
    output: str | None,
    **where: Any,  # Any: click's options
) -> None:
    """Create a ConfigMap from values and files."""
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, content in contents(literals, files).items():
        try:
            data[key] = content.decode()
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(content).decode()
    body = {**_document("ConfigMap", name), "data": data} | ({"binaryData": binary} if binary else {})
    create_all([body], dry_run, output or "", **where)


@command.group(name="secret")
def secret() -> None:
    """Create a Secret."""


@secret.command(name="generic")
@click.argument("name")
@_from_options
@click.option("--type", "type_", default="Opaque", show_default=True)
@_options
def generic(
    name: str,
    literals: tuple[str, ...],
    files: tuple[str, ...],
    type_: str,
    dry_run: str,
    output: str | None,
    **where: Any,  # Any: click's options
) -> None:
    """Create a Secret from values and files."""
    create_all([_secret(name, type_, contents(literals, files))], dry_run, output or "", **where)


@secret.command(name="tls")
@click.argument("name")
@click.option("--cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@_options
def tls(
    name: str,
    cert: Path,
    key: Path,
    dry_run: str,
    output: str | None,
    **where: Any,  # Any: click's options
) -> None:
    """Create a Secret from a certificate and its key."""
    body = _secret(name, "kubernetes.io/tls", {"tls.crt": cert.read_bytes(), "tls.key": key.read_bytes()})
    create_all([body], dry_run, output or "", **where)


def contents(literals: tuple[str, ...], files: tuple[str, ...]) -> dict[str, bytes]:
    """The entries that `--from-literal` and `--from-file` ask for. Raises click.UsageError."""
    found: dict[str, bytes] = {}
    for literal in literals:
        key, separator, value = literal.partition("=")
        if not separator or not key:
            raise click.UsageError(f"--from-literal {literal}: write KEY=VALUE")
        found[key] = value.encode()
    for file in files:
        key, separator, name = file.partition("=")
        path = Path(name if separator else file)
        inside = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
        for each in inside:
            try:
                found[key if separator and not path.is_dir() else each.name] = each.read_bytes()
            except OSError as error:
                raise click.UsageError(f"--from-file {each}: {error.strerror}") from None
    return found


def create_all(
    documents: list[JsonObject],
    dry_run: str,
    output: str,
    *,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Create each document and say so; exits with the server's message at the first that is refused."""
    if dry_run == "client":
        for body in documents:
            _say(body, output, " (dry run)")
        return
    with connect(mesh, kubeconfig, context) as client:
        for body in documents:
            info = info_of(body)
            assert info is not None  # noqa: S101 - made here, or checked
            where = body["metadata"].get("namespace") or namespace or client.access.namespace
            path = with_query(Target(info).path(where), dryRun="All" if dry_run == "server" else "")
            answer = client.create(path, body)
            for warning in answer.warnings:
                click.echo(f"Warning: {warning}", err=True)
            _say(answer.body, output, " (server dry run)" if dry_run == "server" else "")


def _say(body: JsonObject, output: str, remark: str) -> None:
    info = info_of(body)
    assert info is not None  # noqa: S101 - as above
    title = Target(info, body["metadata"]["name"]).title
    if output in {"yaml", "json"}:
        click.echo(formatted(body, output), nl=False)
    else:
        click.echo(title if output == "name" else f"{title} created{remark}")


def _secret(name: str, type_: str, data: dict[str, bytes]) -> JsonObject:
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    return {**_document("Secret", name), "type": type_, "data": encoded}


def _document(kind: str, name: str) -> JsonObject:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
