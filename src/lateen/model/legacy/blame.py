"""Findings about converted resources, told to the legacy resources behind them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from lateen.api.field_path import format_path, parse_path
from lateen.api.meta import Resource
from lateen.api.problem import Problem, ResourceRef
from lateen.model.legacy.outcome import sources_of

ROUTE_RULE = "RouteRule"

Sources = Mapping[ResourceRef, tuple[ResourceRef, ...]]
"""The legacy resources behind each converted one; of a VirtualService, in the order of its HTTP routes."""


def sources_by_ref(resources: Iterable[Resource]) -> dict[ResourceRef, tuple[ResourceRef, ...]]:
    """The legacy resources behind each of `resources`."""
    return {resource.ref: tuple(ref for _, ref in sources_of(resource)) for resource in resources}


def blamed(problems: Iterable[Problem], sources: Sources) -> Iterator[Problem]:
    """The same problems, those of converted resources on their sources: on one where the path tells which."""
    for problem in problems:
        behind = sources.get(problem.resource, ()) if problem.resource and sources else ()
        yield from _told(problem, behind) if behind else (problem,)


def _told(problem: Problem, behind: Sequence[ResourceRef]) -> Iterator[Problem]:
    steps = parse_path(problem.path)
    route = steps[2] if steps[:2] == ("spec", "http") and len(steps) > 2 else None
    one = behind[route] if isinstance(route, int) and route < len(behind) else None
    if one is not None and one.kind == ROUTE_RULE:
        field = "spec.match.request" if steps[3:4] == ("match",) else format_path(("spec", *steps[3:5]))
        yield replace(problem, resource=one, path=field)
    elif one is not None and len(behind) > 1:
        yield replace(problem, resource=one, path="spec")
    else:
        yield from (replace(problem, resource=ref, path="spec") for ref in dict.fromkeys(behind))
