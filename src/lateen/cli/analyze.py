"""`lateen analyze`: what is wrong with files, with the running mesh, or with the mesh as if the files were applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.catalog import ANALYZERS, DEFAULTS, named
from lateen.analysis.config import configuration
from lateen.analysis.run import analyze
from lateen.api.problem import Problem
from lateen.api.schema import ref_of
from lateen.cli.analysis_subject import Subject, read_sources
from lateen.cli.finding import LevelType, Suppression, at_least, parse_suppression, show
from lateen.cli.listing import all_resources
from lateen.cli.mesh import access_for, fail, mesh_options, namespace_option, reported, running_meshes
from lateen.client.access import AccessError
from lateen.client.sync import SyncClient
from lateen.lib.clock import SystemClock
from lateen.validation.schema import closest

_DEFAULT_NAMESPACE = "default"


@click.command(name="analyze")
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.option("-f", "--filename", "more_files", multiple=True, help="File, folder, loopback URL, or - for stdin.")
@namespace_option
@click.option("-A", "--all-namespaces", is_flag=True, help="Report on every namespace.")
@click.option("-k", "--use-kube", type=bool, default=True, show_default=True, help="Look at the running mesh too.")
@click.option("-S", "--suppress", multiple=True, help='Don\'t report a code for resources: "IST0103=Pod *.testing".')
@click.option("--failure-threshold", type=LevelType(), default="Error", show_default=True, help="What makes it fail.")
@click.option("--output-threshold", type=LevelType(), default="Info", show_default=True, help="What is printed.")
@click.option("-o", "--output", type=click.Choice(["log", "json", "yaml"]), default="log", show_default=True)
@click.option("--analyzer", "names", multiple=True, help="Run only the analyzers with these names.")
@click.option("-L", "--list-analyzers", is_flag=True, help="List the analyzers and the codes they report.")
@click.option("--meshConfigFile", "mesh_config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-R", "--recursive", is_flag=True, hidden=True, help="Folders are always looked through.")
@click.option("--color/--no-color", default=None, help="Colour the levels [default: on a terminal].")
@click.option("-v", "--verbose", is_flag=True, help="Say what is looked at.")
@mesh_options
def command(
    files: tuple[str, ...],
    more_files: tuple[str, ...],
    namespace: str,
    all_namespaces: bool,
    use_kube: bool,
    suppress: tuple[str, ...],
    failure_threshold: str,
    output_threshold: str,
    output: str,
    names: tuple[str, ...],
    list_analyzers: bool,
    mesh_config: Path | None,
    recursive: bool,
    color: bool | None,
    verbose: bool,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Say what is wrong across resources, in the words of `istioctl analyze`. Exit status 1 when there are errors.

    \b
      lateen analyze                              the running mesh
      lateen analyze -f new.yaml                  the running mesh as if new.yaml were applied
      lateen analyze --use-kube=false config/     files alone
    """
    if list_analyzers:
        click.echo("\n".join(f"* {each.name}:\n    {_described(each)}" for each in ANALYZERS))
        return
    chosen = _chosen(names)
    suppressions = [parse_suppression(text) for text in suppress]
    sources = (*files, *more_files)
    subject = read_sources(sources, namespace or _DEFAULT_NAMESPACE)
    with reported():
        client = _client(mesh, kubeconfig, context, needed=not sources) if use_kube else None
        held = list(all_resources(client)) if client else []
    if not use_kube and not sources:
        raise click.UsageError("without a mesh to look at, name files")
    subject.add_mesh(held, mesh_config, is_running=client is not None)
    if verbose:
        _describe(subject, chosen, client is not None)
    scope = Scope(_namespaces(subject, namespace, all_namespaces), tuple(suppressions))
    config = configuration(subject.resources.values(), [*subject.documents, *subject.held], now=SystemClock().now())
    problems = [*subject.problems, *(each for each in analyze(config, chosen) if scope.wants(each))]
    show(at_least(problems, output_threshold), output, color=color)
    if not at_least(problems, output_threshold):
        click.echo(f"\u2714 No validation issues found when analyzing {_target(sources, scope)}.", err=True)
    if at_least(problems, failure_threshold):
        raise SystemExit(1)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which findings are wanted; no `namespaces`: those of all."""

    namespaces: frozenset[str]
    suppressions: tuple[Suppression, ...]

    def wants(self, problem: Problem) -> bool:
        """Whether a finding is to be reported."""
        if any(each.covers(problem) for each in self.suppressions):
            return False
        ref = problem.resource
        where = (ref.name if ref.kind == "Namespace" else ref.namespace) if ref else ""
        return not self.namespaces or not where or where in self.namespaces


def _chosen(names: Sequence[str]) -> Sequence[Analyzer]:
    found: dict[Analyzer, None] = {}
    for name in names:
        if not named(name):
            meant = closest(name, [each.name for each in ANALYZERS])
            hint = f"did you mean {meant}?" if meant else "`lateen analyze --list-analyzers` lists them"
            raise click.UsageError(f"there is no analyzer {name!r}: {hint}")
        found.update(dict.fromkeys(named(name)))
    return list(found) or DEFAULTS


def _described(analyzer: Analyzer) -> str:
    codes = ", ".join(message.code for message in analyzer.messages)
    return f"{analyzer.description} ({codes}{'' if analyzer.by_default else '; only when asked for'})"


def _client(mesh: str, kubeconfig: Path | None, context: str, *, needed: bool) -> SyncClient | None:
    """A client of the mesh; None where none runs and none was asked for, if files are there to look at instead."""
    if not (needed or mesh or kubeconfig or context) and not running_meshes():
        return None
    try:
        client = SyncClient(access_for(mesh, kubeconfig, context))
        client.get("/version")
    except AccessError as error:
        fail(f"error: {error}\nTo look at files alone: lateen analyze --use-kube=false -f FILE")
    return client


def _namespaces(subject: Subject, namespace: str, everywhere: bool) -> frozenset[str]:
    if everywhere:
        return frozenset()
    if namespace:
        return frozenset({namespace})
    of_files = (ref_of(document.body) for document in subject.documents)
    named = {ref.name if ref.kind == "Namespace" else ref.namespace for ref in of_files}
    return frozenset({_DEFAULT_NAMESPACE, *named})


def _target(sources: Sequence[str], scope: Scope) -> str:
    if len(sources) > 1:
        return ":" + "".join(f"\n  - {source}" for source in sources)
    if sources:
        return sources[0]
    return f"namespace: {', '.join(sorted(scope.namespaces))}" if scope.namespaces else "all namespaces"


def _describe(subject: Subject, chosen: Sequence[Analyzer], is_running: bool) -> None:
    where = "the running mesh and " if is_running else ""
    click.echo(f"Analyzing {where}{len(subject.documents)} documents: {len(subject.resources)} resources", err=True)
    click.echo("Analyzers:\n" + "".join(f"\t{each.name}\n" for each in chosen), err=True)
