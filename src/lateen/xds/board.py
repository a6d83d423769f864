"""What is wrong right now, for whoever writes statuses."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from lateen.api.problem import Problem, ResourceRef

ANALYSIS = "analysis"
"""The finder that looks last, and at everything: it does not repeat what another says of a field by the same code."""


class ProblemBoard:
    """Problems by who found them: a finder replaces all of its own at once. Equal ones count once."""

    def __init__(self) -> None:
        self._sources: dict[str, tuple[Problem, ...]] = {}
        self._changed = asyncio.Event()

    def replace(self, source: str, problems: tuple[Problem, ...]) -> None:
        """Put up what `source` finds wrong now, instead of what it found before.

        Of analysis, what others say already is left out until it looks again: when they take it back, it is gone.
        """
        if source == ANALYSIS:
            said = self._said()
            problems = tuple(problem for problem in problems if _subject(problem) not in said)
        if self._sources.get(source, ()) == problems:
            return
        if problems:
            self._sources[source] = problems
        else:
            self._sources.pop(source, None)
        self._changed.set()
        self._changed = asyncio.Event()

    def problems(self) -> dict[ResourceRef | None, tuple[Problem, ...]]:
        """All problems by the resource at fault; None for those that can't be pinned on one."""
        found: dict[ResourceRef | None, dict[Problem, None]] = {}
        for source, problems in self._sources.items():
            for problem in problems if source != ANALYSIS else ():
                found.setdefault(problem.resource, {})[problem] = None
        said = self._said()
        for problem in self._sources.get(ANALYSIS, ()):
            if _subject(problem) not in said:
                found.setdefault(problem.resource, {})[problem] = None
        return {ref: tuple(each) for ref, each in found.items()}

    def _said(self) -> set[tuple[ResourceRef | None, str, str]]:
        """What other finders than analysis say."""
        others = (problems for source, problems in self._sources.items() if source != ANALYSIS)
        return {_subject(problem) for problems in others for problem in problems}

    async def changes(self) -> AsyncIterator[Mapping[ResourceRef | None, tuple[Problem, ...]]]:
        """All problems now, and again after each change; changes in between are skipped."""
        while True:
            changed = self._changed
            yield self.problems()
            await changed.wait()


def _subject(problem: Problem) -> tuple[ResourceRef | None, str, str]:
    return problem.resource, problem.code, problem.path
