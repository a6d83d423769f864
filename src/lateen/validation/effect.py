"""Fields that are accepted but mean nothing yet: each is a warning, never silence."""

import functools
from collections.abc import Iterator
from typing import Any

from lateen.api.field_path import Step, parse_path
from lateen.api.meta import JsonObject
from lateen.validation.field import Field
from lateen.validation.no_effects import NO_EFFECTS, NoEffect


def check_effects(kind_id: str, body: JsonObject, root: Field) -> None:
    """Warn of every field that is set without effect."""
    for entry, pattern in _entries(kind_id):
        for steps, value in _matches(body, pattern, ()):
            if value not in entry.harmless and (not entry.values or value in entry.values):
                root.at(*steps).warn(entry.reason, code="NoEffect")


@functools.cache
def _entries(kind_id: str) -> tuple[tuple[NoEffect, tuple[Step, ...]], ...]:
    return tuple((entry, parse_path(entry.path)) for entry in NO_EFFECTS if entry.kind == kind_id)


def _matches(
    value: Any, pattern: tuple[Step, ...], path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], Any]]:  # JSON
    if not pattern:
        if value not in (None, [], {}, "", False):
            yield path, value
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, each in entries:
            yield from _matches(each, rest, (*path, key))
    elif isinstance(value, dict) and step in value:
        yield from _matches(value[step], rest, (*path, step))
