"""Merge patches, RFC 7396."""

from typing import Any

Json = Any
"""Any JSON value."""


def merge_patch(target: Json, patch: Json) -> Json:
    """`target` with `patch` merged into it: null removes a field, anything but an object replaces. Neither changes."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
