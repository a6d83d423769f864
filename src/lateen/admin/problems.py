"""What is wrong, whoever found it: of every kind, also of those that have no status of ours."""

from collections.abc import Mapping, Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, ResourceRef


def problem_list(
    problems: Mapping[ResourceRef | None, Sequence[Problem]], kind: str = "", namespace: str = "", name: str = ""
) -> list[JsonObject]:
    """Problems as JSON, by resource; those of the resources that `kind`, `namespace` and `name` ("": any) choose."""
    chosen = [
        (str(ref or ""), problem)
        for ref, found in problems.items()
        if ref is None or _fits(ref, kind, namespace, name)
        for problem in found
    ]
    if kind or namespace or name:  # then what is pinned on no resource is not asked for
        chosen = [(title, problem) for title, problem in chosen if problem.resource is not None]
    return [_document(title, problem) for title, problem in sorted(chosen, key=lambda each: (each[0], each[1].path))]


def _fits(ref: ResourceRef, kind: str, namespace: str, name: str) -> bool:
    return kind in ("", ref.kind) and namespace in ("", ref.namespace) and name in ("", ref.name)


def _document(title: str, problem: Problem) -> JsonObject:
    return {
        "origin": title,
        "path": problem.path,
        "code": problem.code,
        "level": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }
