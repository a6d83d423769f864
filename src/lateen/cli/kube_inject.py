"""`lateen kube-inject`: add sidecars to workloads in files; needs no mesh."""

from pathlib import Path

import click

from lateen.api.codec import to_yaml
from lateen.cli.apply import checked_documents
from lateen.model.injection import inject_workload


@click.command(name="kube-inject")
@click.option("-f", "--filename", "sources", multiple=True, required=True, help="File, folder, loopback URL, or -.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(sources: tuple[str, ...], output: Path | None) -> None:
    """Print the documents of files with a sidecar in every workload; other documents stay as they are.

    \b
      lateen kube-inject -f bookinfo.yaml | lateen apply -f -
    """
    documents = [inject_workload(document.body) for document in checked_documents(sources, done="injected")]
    text = "---\n".join(to_yaml(document) for document in documents)
    if output:
        output.write_text(text)
    else:
        click.echo(text, nl=False)
