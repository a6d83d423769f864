"""A column of `kubectl get`, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lateen.api.meta import JsonObject

Cell = Callable[[JsonObject, datetime], str]
"""From a resource's document and the time now to what the cell shows."""


@dataclass(frozen=True, slots=True)
class Column:
    """`priority` 0 is always shown, 1 only by `-o wide`; `type` is OpenAPI's word: string, integer, date."""

    name: str
    type: str
    priority: int
    cell: Cell
