"""`lateen test`: files of expectations, checked against files or a running mesh."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from lateen.api.problem import Problem, Severity
from lateen.cli.asking import scenario_from
from lateen.cli.documents import SUFFIXES, read_text
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.explain.case import Case, parse_cases
from lateen.explain.check import Checked, check_cases
from lateen.explain.junit import junit_xml
from lateen.explain.report import failure_lines
from lateen.explain.scenario import Scenario
from lateen.explain.validator_cases import ValidatorCase, check_validator_case, parse_validator_cases


@click.command(name="test")
@click.argument("cases", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="CASES…")
@click.option(
    "-f", "--filename", "files", multiple=True, help="Files, folders or - with the configuration; none: the mesh's own."
)
@click.option("-R", "--recursive", is_flag=True, help="Read folders with what is below them.")
@click.option("--live", is_flag=True, help="Send the calls through the running mesh, and compare.")
@click.option(
    "--requests", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How often, with --live."
)
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Also write the outcome to this file.")
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that pass, too.")
@namespace_option
@mesh_options
def command(
    cases: tuple[Path, ...],
    files: tuple[str, ...],
    recursive: bool,
    live: bool,
    requests: int,
    junit: Path | None,
    verbose: bool,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Check what requests would do against files of expectations. Exits with 1 if one is not met.

    \b
      lateen test -f config/ routing-cases.yaml
      # routing-cases.yaml
      from: productpage-v1
      cases:
      - name: jason sees black stars
        call: GET http://reviews:9080/reviews/1
        headers: {end-user: jason}
        expect: {clusters: {v2: 1}}
        never_reaches: v3

    Files of istio-config-validator (testCases: …) are understood as well.

    With --live, each call is sent through the mesh, from a pod of its caller or to the gateway, and what is seen of it
    must be as expected, and as the configuration says: answers, redirects, who answered, what request arrived there.
    """
    start = time.perf_counter()
    read = [_read(file) for path in cases for file in _files(path)]
    mistakes = [problem for each in read for problem in each.problems]
    for problem in mistakes:
        click.echo(f"error: {problem}", err=True)
    if mistakes or not any(each.cases or each.validator_cases for each in read):
        fail("no case was checked" if mistakes else "error: the files hold no case", 2)
    errors = 0
    if live:
        suites = _check_live(read, files, requests, mesh, kubeconfig, context)
    else:
        ports = {case.question.port for each in read for case in each.cases}
        scenario = scenario_from(
            files,
            recursive=recursive,
            namespace=namespace,
            ports=ports,
            mesh=mesh,
            kubeconfig=kubeconfig,
            context=context,
        )
        suites = [(each.name, each.check(scenario)) for each in read]
        errors = sum(each.severity is Severity.ERROR for each in scenario.problems)
    if junit is not None:
        junit.write_text(junit_xml(suites, time.perf_counter() - start))
    _report([checked for _, suite in suites for checked in suite], verbose=verbose)
    if errors:
        what = "is an error" if errors == 1 else f"are {errors} errors"
        fail(f"there {what} in the configuration: what has one was left out, as a mesh would refuse it")


@dataclass(slots=True)
class CaseFile:
    """The cases of one file, of either form."""

    name: str
    cases: list[Case]
    problems: list[Problem]
    validator_cases: list[ValidatorCase] = field(default_factory=list)

    def check(self, scenario: Scenario) -> list[Checked]:
        """The outcomes of all of them."""
        found = list(check_cases(scenario, self.cases))
        return found + [each for case in self.validator_cases for each in check_validator_case(scenario, case)]


def _check_live(
    read: Sequence[CaseFile], files: Sequence[str], requests: int, mesh: str, kubeconfig: Path | None, context: str
) -> list[tuple[str, list[Checked]]]:
    from lateen.cli.live_test import check_live  # noqa: PLC0415 - only --live needs it

    if files:
        raise click.UsageError("--live asks the mesh as it runs: apply the files first, and leave out -f")
    with connect(mesh, kubeconfig, context) as client:
        return [(each.name, check_live(client, each.cases, each.validator_cases, requests)) for each in read]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def _read(path: Path) -> CaseFile:
    cases, others, problems = parse_cases(read_text(path), str(path))
    found = CaseFile(str(path), cases, problems)
    for tree in others:
        validator_cases, wrong = parse_validator_cases(tree, str(path))
        found.validator_cases += validator_cases
        found.problems += wrong
    return found


def _report(checked: Sequence[Checked], *, verbose: bool) -> None:
    for each in checked:
        if not each.passed:
            click.echo("\n".join(["FAIL " + line if not n else line for n, line in enumerate(failure_lines(each))]))
            click.echo()
        elif each.skipped:
            click.echo(f"skip {each.name}: {each.skipped}")
        elif verbose:
            click.echo(f"ok   {each.name}: {each.call}")
    failed = sum(not each.passed for each in checked)
    skipped = sum(bool(each.skipped) for each in checked)
    summary = f"{len(checked) - failed - skipped} passed, {failed} failed"
    click.echo(f"{summary}, {skipped} skipped" if skipped else summary)
    if failed:
        raise SystemExit(1)
