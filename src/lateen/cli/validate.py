"""`lateen validate`: whether files are what their kinds' schemas and rules ask for, every mistake at once."""

from collections.abc import Sequence

import click

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.cli.documents import read_documents
from lateen.cli.output import formatted
from lateen.validation.validate import validate

WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


@click.command(name="validate")
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.option("-f", "--filename", "more_files", multiple=True, help="File, folder, loopback URL, or - for stdin.")
@click.option("-R", "--recursive", is_flag=True, help="Look into the folders of folders too.")
@click.option("--strict/--no-strict", default=True, show_default=True, help="Unknown fields are errors.")
@click.option("-o", "--output", type=click.Choice(["log", "json", "yaml"]), default="log", show_default=True)
def command(files: tuple[str, ...], more_files: tuple[str, ...], recursive: bool, strict: bool, output: str) -> None:
    """Check files one by one, without a mesh: schema and rules of each resource. Exit status 1 when there are errors.

    `lateen analyze` looks at how resources fit together.
    """
    sources = (*files, *more_files)
    if not sources:
        raise click.UsageError("name files, as in `lateen validate -f config/`")
    documents, problems = read_documents(sources, recursive=recursive)
    for document in documents:
        problems += validate(document.body, document, strict=strict)
    if output == "log":
        _show_lines(problems, sources, len(documents))
    else:
        click.echo(formatted([as_document(problem) for problem in problems], output), nl=False)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise SystemExit(1)


def _show_lines(problems: Sequence[Problem], sources: Sequence[str], documents: int) -> None:
    for problem in problems:
        click.echo(f"{WORDS[problem.severity]}: {problem}")
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        click.echo(f"{errors} error{'s' if errors > 1 else ''} in {', '.join(sources)}", err=True)
    elif documents:
        for source in sources:
            click.echo(f'"{source}" is valid')
    else:
        click.echo(f"no documents in {', '.join(sources)}", err=True)


def as_document(problem: Problem) -> JsonObject:
    """One problem for programs."""
    pairs: JsonObject = {
        "level": problem.severity.value,
        "code": problem.code,
        "resource": str(problem.resource or ""),
        "file": problem.origin.file,
        "line": problem.origin.line,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }
    return {key: value for key, value in pairs.items() if value}
