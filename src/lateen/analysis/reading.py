"""Documents with mistakes, read as far as they can be: a wrong field must not make a resource seem absent."""

import copy
import re
from typing import Any, Final

from lateen.api.field_path import Step, parse_path
from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import info_of, read_as
from lateen.api.unserved import unserved_kind

_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")
_ANY_KEY: Final = "..."
_MOST_MISTAKES: Final = 50
_FILLERS: Final[tuple[object, ...]] = ("", 0, {}, [])


def read_resource(body: JsonObject) -> Resource | None:
    """The resource without the values that cannot be read, and with empty ones where required ones are missing; None
    for documents of unknown kinds and those with too many mistakes."""
    known = info_of(body) or unserved_kind(body)
    if known is None:
        return None
    resource, problems = read_as(known.struct, body)
    if resource is not None:
        return resource
    body = copy.deepcopy(body)
    filled: dict[tuple[Step, ...], int] = {}
    for _ in range(_MOST_MISTAKES):
        resource, problems = read_as(known.struct, body)
        if resource is not None:
            return resource
        if not _repair(body, parse_path(problems[0].path), problems[0].message, filled):
            return None
    return None


def _repair(body: JsonObject, steps: tuple[Step, ...], message: str, filled: dict[tuple[Step, ...], int]) -> bool:
    """Whether the mistake at `steps` could be taken out."""
    if _ANY_KEY in steps:
        return _repair_map(body, steps[: steps.index(_ANY_KEY)])
    missing = _MISSING.search(message)
    around = _value_at(body, steps if missing else steps[:-1])
    if missing and isinstance(around, dict):
        filled[*steps, missing[1]] = 0
        around[missing[1]] = _FILLERS[0]
        return True
    if not steps or not isinstance(around, dict | list):
        return False
    last: Any = steps[-1]  # a key or a place, as the container needs it
    if not _refill(around, steps, filled):
        del around[last]
    return True


def _repair_map(body: JsonObject, steps: tuple[Step, ...]) -> bool:
    """Take out of a map what is no text, or the map itself if that is not it: decoding does not say which key it is."""
    around, entries = _value_at(body, steps[:-1]), _value_at(body, steps)
    if not isinstance(around, dict) or not isinstance(entries, dict):
        return False
    texts = {key: value for key, value in entries.items() if isinstance(value, str)}
    if len(texts) < len(entries):
        around[str(steps[-1])] = texts
    else:
        del around[str(steps[-1])]
    return True


def _refill(around: JsonObject | list[Any], steps: tuple[Step, ...], filled: dict[tuple[Step, ...], int]) -> bool:
    """Whether a value that was filled in, and has the wrong type, could be replaced by one of another type."""
    turn = filled.get(steps, len(_FILLERS)) + 1
    if turn >= len(_FILLERS) or not isinstance(around, dict):
        return False
    filled[steps] = turn
    around[str(steps[-1])] = copy.copy(_FILLERS[turn])
    return True


def _value_at(body: JsonObject, steps: tuple[Step, ...]) -> Any:  # JSON
    value: Any = body
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
