"""`lateen convert`: legacy resources as today's; needs no mesh."""

from collections.abc import Iterable
from pathlib import Path

import click
import msgspec

from lateen.api.codec import Document, to_yaml
from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import decode, encode, info_of, normalized
from lateen.api.service import Service
from lateen.cli.apply import checked_documents
from lateen.model.legacy.convert import LEGACY_KINDS, by_name, convert
from lateen.model.legacy.outcome import CONVERTED_FROM


@click.command(name="convert")
@click.option("-f", "--filename", "sources", multiple=True, required=True, help="File, folder, loopback URL, or -.")
@click.option("-R", "--recursive", is_flag=True, help="Look into the folders of folders too.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(sources: tuple[str, ...], recursive: bool, output: Path | None) -> None:
    """Print what RouteRules, DestinationPolicies, EgressRules and Ingresses of class istio are in today's API.

    What no longer means the same is said on standard error. Other documents are left out, but Services among them tell
    the labels of a rule's clients and the numbers of named ports.

    \b
      lateen convert -f old.yaml > new.yaml
    """
    documents = checked_documents(sources, recursive=recursive, done="converted")
    resources = [resource for document in documents if (resource := decode(document.body)[0]) is not None]
    services = by_name(each for each in resources if isinstance(each, Service))
    converted = convert(resources, services)
    for problem in converted.problems:
        click.echo(f"warning: {problem}", err=True)
    _report_left_out(documents)
    text = "---\n".join(to_yaml(_document(resource)) for resource in converted.resources)
    if output:
        output.write_text(text)
    else:
        click.echo(text, nl=False)


def _document(resource: Resource) -> JsonObject:
    body: JsonObject = normalized(msgspec.json.decode(msgspec.json.encode(encode(resource))))
    annotations = {key: text for key, text in resource.metadata.annotations.items() if key != CONVERTED_FROM}
    kept = {**body["metadata"], "annotations": annotations}
    return {**body, "metadata": {key: value for key, value in kept.items() if value not in ("", {})}}


def _report_left_out(documents: Iterable[Document]) -> None:
    for document in documents:
        info = info_of(document.body)
        if info is not None and info.struct not in LEGACY_KINDS:
            name = f"{info.kind} {(document.body.get('metadata') or {}).get('name', '')}"
            click.echo(f"{document.origin}: {name} is left out: it needs no conversion", err=True)
