"""What an analyzer is."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lateen.analysis.config import Configuration
from lateen.analysis.messages import MessageType
from lateen.api.problem import Problem

Analyze = Callable[[Configuration], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """One check. `name` is that of Istio's analyzer, or `part_of` is, where that one checks several things; one that is
    not `by_default` runs only when it is asked for."""

    name: str
    analyze: Analyze
    messages: tuple[MessageType, ...]
    by_default: bool = True
    part_of: str = ""

    @property
    def description(self) -> str:
        """The rule, in one sentence."""
        module = inspect.getmodule(self.analyze)
        text = inspect.cleandoc((module.__doc__ if module else "") or "")
        return " ".join(text.partition("\n\n")[0].split())
