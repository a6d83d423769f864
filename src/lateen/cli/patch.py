"""`lateen patch`: change fields of one resource."""

import json
from pathlib import Path

import click

from lateen.api.codec import from_yaml
from lateen.cli.completing import complete_resources
from lateen.cli.kinds import parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.output import formatted

TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


@click.command(name="patch")
@click.argument("what", nargs=-1, required=True, metavar="KIND NAME | KIND/NAME…", shell_complete=complete_resources)
@click.option("-p", "--patch", "text", default="", help="The patch, as JSON or YAML.")
@click.option(
    "--patch-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The patch is in this file."
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(list(TYPES)),
    help="[default: strategic for kinds of Kubernetes, merge for those of Istio]",
)
@click.option("-o", "--output", type=click.Choice(["yaml", "json", "name"]), help="Print what it is now.")
@namespace_option
@mesh_options
def command(
    what: tuple[str, ...],
    text: str,
    patch_file: Path | None,
    kind: str | None,
    output: str | None,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Change fields of resources.

    \b
      lateen patch vs reviews --type merge -p '{"spec": {"hosts": ["reviews"]}}'
      lateen patch deploy/reviews-v1 -p '{"spec": {"replicas": 2}}'
      lateen patch svc reviews --type json -p '[{"op": "remove", "path": "/metadata/labels/app"}]'
    """
    source = patch_file.read_text() if patch_file else text
    if not source:
        raise click.UsageError("say what to change with -p or --patch-file")
    targets = parse_targets(what)
    if not all(target.name for target in targets):
        raise click.UsageError("name what to patch: KIND NAME")
    body = parse_patch(source)
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        for target in targets:
            chosen = kind or ("merge" if target.info.group.endswith(".istio.io") else "strategic")
            before = client.get(target.path(where))["metadata"].get("resourceVersion")
            answer = client.patch(target.path(where), body, TYPES[chosen])
            for warning in answer.warnings:
                click.echo(f"Warning: {warning}", err=True)
            changed = answer.body["metadata"].get("resourceVersion") != before
            if output in {"yaml", "json"}:
                click.echo(formatted(answer.body, output), nl=False)
            else:
                word = "patched" if changed else "patched (no change)"
                click.echo(target.title if output else f"{target.title} {word}")


def parse_patch(text: str) -> object:
    """The patch in JSON or YAML: a map, or a list of operations. Raises click.UsageError."""
    try:
        patch = json.loads(text)
    except ValueError:
        patch = _from_yaml(text)
    if not isinstance(patch, dict | list):
        raise click.UsageError("a patch is a map of fields, or a list of operations")
    return patch


def _from_yaml(text: str) -> object:
    lines = "\n".join(f"  {line}" for line in text.splitlines())
    try:
        return from_yaml(f"patch:\n{lines}")["patch"]
    except ValueError as error:
        raise click.UsageError(f"the patch is neither JSON nor YAML: {error}") from None
