"""A column of `kubectl get`, as a value."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lateen.api.age import age
from lateen.api.meta import JsonObject

Cell = Callable[[JsonObject, datetime], str]
"""From a resource's document and the time now to what the cell shows."""

NONE: Final = "<none>"


@dataclass(frozen=True, slots=True)
class Column:
    """`priority` 0 is always shown, 1 only by `-o wide`; `type` is OpenAPI's word: string, integer, date."""

    name: str
    type: str
    priority: int
    cell: Cell


def value_at(body: Any, *keys: str | int) -> Any:  # JSON
    """What stands at a place of a document, None when nothing does."""
    for key in keys:
        if isinstance(body, dict):
            body = body.get(key)
        elif isinstance(body, list) and isinstance(key, int):
            body = body[key] if key < len(body) else None
        else:
            return None
    return body


def maps_at(body: Any, *keys: str | int) -> list[JsonObject]:  # JSON
    """The maps in the list at a place of a document."""
    found = value_at(body, *keys)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def condition_of(body: JsonObject, type_: str) -> JsonObject:
    """The condition of that type in a document's status; empty when there is none."""
    return next((each for each in maps_at(body, "status", "conditions") if each.get("type") == type_), {})


def path_column(name: str, *keys: str, type_: str = "string", absent: str = "", wide: bool = False) -> Column:
    """A column that shows one field; lists and maps as JSON, as Kubernetes does for JSON paths."""

    def cell(body: JsonObject, now: datetime) -> str:
        value = value_at(body, *keys)
        if value is None or value == "":
            return absent
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    return Column(name, type_, int(wide), cell)


def count_column(name: str, *fields: str) -> Column:
    """A column that counts the entries of some fields."""
    return Column(name, "integer", 0, lambda body, now: str(sum(len(body.get(field) or ()) for field in fields)))


def labels_text(labels: Any) -> str:  # JSON
    """`a=1,b=2`, sorted."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) if isinstance(labels, dict) else ""


def age_at(body: JsonObject, now: datetime, *keys: str) -> str:
    """The time since the time at a place of a document."""
    return age(str(value_at(body, *keys) or ""), now)


NAME: Final = path_column("Name", "metadata", "name")
AGE: Final = Column("Age", "date", 0, lambda body, now: age_at(body, now, "metadata", "creationTimestamp"))
