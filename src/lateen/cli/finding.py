"""Findings as people and programs read them: lines, JSON, YAML; which of them are wanted, and which count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import click

from lateen.analysis.catalog import SCHEMA
from lateen.analysis.messages import message_type
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.cli.output import formatted

LEVELS = tuple(Severity)
_SCHEMA = frozenset(message.code for message in SCHEMA.messages)
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


class LevelType(click.Choice[str]):
    """A severity, written in any case."""

    def __init__(self) -> None:
        super().__init__([level.value for level in LEVELS], case_sensitive=False)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A code not to be reported for resources whose names fit `pattern`: `Pod *.testing`, `Pod testing/*`."""

    code: str
    pattern: str

    def covers(self, problem: Problem) -> bool:
        """Whether `problem` is not to be reported."""
        return problem.code == self.code and any(fnmatchcase(name, self.pattern) for name in _names(problem.resource))


def parse_suppression(text: str) -> Suppression:
    """`IST0102=Namespace default`. Raises click.UsageError."""
    code, separator, pattern = text.partition("=")
    if not separator or not code or not pattern:
        raise click.UsageError(f'{text!r} is no suppression; write it as "IST0102=Namespace default"')
    if message_type(code) is None:
        click.echo(f"Warning: there is no message {code}, so nothing is suppressed by it.", err=True)
    return Suppression(code, pattern)


def _names(ref: ResourceRef | None) -> Sequence[str]:
    if ref is None:
        return ()
    dotted = f"{ref.kind} {ref.name}.{ref.namespace}" if ref.namespace else str(ref)
    return str(ref), dotted


def at_least(problems: Iterable[Problem], level: str) -> list[Problem]:
    """The problems that are as bad as `level`, or worse."""
    limit = LEVELS.index(Severity(level))
    return [problem for problem in problems if LEVELS.index(problem.severity) <= limit]


def show(problems: Sequence[Problem], output: str, *, color: bool | None) -> None:
    """Print problems on standard output: `log` (one a line), `json` or `yaml`."""
    if output != "log":
        click.echo(formatted([as_document(problem) for problem in problems], output), nl=False)
        return
    for problem in problems:
        click.echo(as_line(problem), color=color)


def as_line(problem: Problem) -> str:
    """One finding in the form of istioctl: `Error [IST0101] (VirtualService default/a a.yaml:7) what is wrong`."""
    about = " ".join(word for word in (str(problem.resource or ""), str(problem.origin)) if word)
    place = f" ({about})" if about else ""
    level = click.style(
        problem.severity.value, fg=_COLORS.get(problem.severity), bold=problem.severity is Severity.ERROR
    )
    more = "; ".join(word for word in (_field(problem), problem.hint) if word)
    return f"{level} [{problem.code}]{place} {problem.message}{f' ({more})' if more else ''}"


def _field(problem: Problem) -> str:
    """Where in the resource, if its line does not say so or the message is about nothing else."""
    return f"at {problem.path}" if problem.path and (not problem.origin.line or problem.code in _SCHEMA) else ""


def as_document(problem: Problem) -> JsonObject:
    """One finding with istioctl's keys, and what we know beyond them: the code's name, the field, the hint."""
    message = message_type(problem.code)
    pairs = {
        "code": problem.code,
        "name": message.name if message else "",
        "level": problem.severity.value,
        "origin": str(problem.resource or ""),
        "reference": str(problem.origin),
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "documentationUrl": message.documentation if message else "",
    }
    return {key: value for key, value in pairs.items() if value}
