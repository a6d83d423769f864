"""Everything that is wrong with one document, at once."""

from collections.abc import Iterable
from typing import Any

from lateen.api.codec import Document
from lateen.api.field_path import format_path
from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import Problem, ResourceRef
from lateen.api.schema import decode, normalized, ref_of
from lateen.validation.effect import check_effects
from lateen.validation.field import Field, Report
from lateen.validation.kind import check_kind
from lateen.validation.metadata import check_metadata
from lateen.validation.rules import RULES
from lateen.validation.schema import Path, check_schema


def validate(body: JsonObject, document: Document | None = None, *, strict: bool = True) -> list[Problem]:
    """Every problem of a resource on its own: its schema, its kind's rules, and fields without effect.

    Unknown fields are errors if `strict`, else warnings. With `document` the problems carry file and line.
    """
    report = Report(_named(ref_of(body)), document)
    root = Field(report)
    info = check_kind(body, root)
    if info is None:
        return report.problems
    body = normalized(body)
    wrong = check_schema(info, body, root, strict=strict)
    check_metadata(info, body.get("metadata"), root / "metadata")
    resource = _readable(body, wrong)
    if resource is not None:
        report.problems += _unrelated(_rule_problems(info.id, resource, report), wrong)
    check_effects(info.id, body, root)
    return sorted(report.problems, key=lambda problem: problem.origin.line)


def _named(ref: ResourceRef) -> ResourceRef | None:
    return ref if ref.name or ref.kind else None


def _rule_problems(kind_id: str, resource: Resource, report: Report) -> list[Problem]:
    rules = RULES.get(kind_id)
    own = Report(report.resource, report.document)
    if rules:
        rules(resource, Field(own))
    return [problem for problem in own.problems if problem not in report.problems]


def _unrelated(problems: Iterable[Problem], wrong: list[Path]) -> list[Problem]:
    """Without those about a field that had to be taken out, or one around it: they follow from its mistake."""
    missing = {format_path(path[:depth]) for path in wrong for depth in range(1, len(path) + 1)}
    return [problem for problem in problems if problem.path not in missing]


def _readable(body: JsonObject, wrong: list[Path]) -> Resource | None:
    """The resource without the values that cannot be read, if what is left can be."""
    paths = {_removable(path) for path in wrong} - {()}
    return decode(_without(body, paths, ()) if paths else body)[0]


def _removable(path: Path) -> Path:
    """The value, or the list around it: the places of its other entries must stay what they are."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _without(value: Any, wrong: set[Path], path: Path) -> Any:  # JSON
    if isinstance(value, dict):
        return {key: _without(each, wrong, (*path, key)) for key, each in value.items() if (*path, key) not in wrong}
    if isinstance(value, list):
        return [_without(each, wrong, (*path, place)) for place, each in enumerate(value)]
    return value
