"""What `apply` changes: the fields a file sets, and those it once set and no longer does. Everything else stays."""

from collections.abc import Sequence
from typing import Any

from lateen.api.meta import JsonObject

LIST_KEYS = ("name", "mountPath", "containerPort", "port", "ip", "key")
"""The fields by which Kubernetes tells the entries of its lists apart, in the order they are tried."""


def merge(last: JsonObject, new: JsonObject, current: JsonObject, *, keyed_lists: bool) -> JsonObject:
    """`current`, changed as the step from the file `last` applied to the file `new` asks.

    With `keyed_lists`, lists of entries with a name (or port …) are merged entry by entry, as `kubectl apply` does for
    Kubernetes' own kinds; else a list in the file replaces the one that is there, as for custom kinds.
    """
    merged = dict(current)
    for key in last.keys() - new.keys():
        merged.pop(key, None)
    for key, value in new.items():
        merged[key] = _value(last.get(key), value, current.get(key), keyed_lists)
    return merged


def _value(last: Any, new: Any, current: Any, keyed_lists: bool) -> Any:  # Any: JSON
    if isinstance(new, dict) and isinstance(current, dict):
        return merge(last if isinstance(last, dict) else {}, new, current, keyed_lists=keyed_lists)
    if keyed_lists and isinstance(new, list) and isinstance(current, list):
        key = _list_key(new, current)
        if key:
            return _entries(last if isinstance(last, list) else [], new, current, key)
    return new


def _list_key(new: Sequence[Any], current: Sequence[Any]) -> str:
    entries = [*new, *current]
    if not new or not all(isinstance(entry, dict) for entry in entries):
        return ""
    for key in LIST_KEYS:
        values = [entry.get(key) for entry in new]
        if all(entry.get(key) is not None for entry in entries) and len(set(map(str, values))) == len(values):
            return key
    return ""


def _entries(last: list[JsonObject], new: list[JsonObject], current: list[JsonObject], key: str) -> list[JsonObject]:
    before = {entry.get(key): entry for entry in last if isinstance(entry, dict)}
    there = {entry[key]: entry for entry in current}
    named = {entry[key] for entry in new}
    merged = [_value(before.get(entry[key]), entry, there.get(entry[key]), True) for entry in new]
    return merged + [entry for entry in current if entry[key] not in named and entry[key] not in before]
