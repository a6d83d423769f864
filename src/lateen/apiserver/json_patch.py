"""JSON patches, RFC 6902, with pointers of RFC 6901."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

Json = Any
"""Any JSON value."""


class PatchError(Exception):
    """The patch is malformed, or does not fit the document."""


def json_patch(document: Json, patch: Json) -> Json:
    """`document` after all operations of `patch`, itself unchanged. Raises PatchError."""
    if not isinstance(patch, list):
        raise PatchError("a JSON patch is a list of operations")
    result = copy.deepcopy(document)
    for number, operation in enumerate(patch):
        if not isinstance(operation, dict) or operation.get("op") not in _OPERATIONS:
            raise PatchError(f"operation {number} has no op among {', '.join(_OPERATIONS)}")
        result = _OPERATIONS[operation["op"]](result, operation)
    return result


def _add(document: Json, operation: Mapping[str, Json]) -> Json:
    return _put(document, _pointer(operation, "path"), copy.deepcopy(_value(operation)), insert=True)


def _replace(document: Json, operation: Mapping[str, Json]) -> Json:
    path = _pointer(operation, "path")
    _get(document, path)
    return _put(document, path, copy.deepcopy(_value(operation)), insert=False)


def _remove(document: Json, operation: Mapping[str, Json]) -> Json:
    return _drop(document, _pointer(operation, "path"))


def _move(document: Json, operation: Mapping[str, Json]) -> Json:
    source, path = _pointer(operation, "from"), _pointer(operation, "path")
    if path[: len(source)] == source and path != source:
        raise PatchError("a value can't be moved into itself")
    value = _get(document, source)
    return _put(_drop(document, source), path, value, insert=True)


def _copy(document: Json, operation: Mapping[str, Json]) -> Json:
    value = copy.deepcopy(_get(document, _pointer(operation, "from")))
    return _put(document, _pointer(operation, "path"), value, insert=True)


def _test(document: Json, operation: Mapping[str, Json]) -> Json:
    path = _pointer(operation, "path")
    if _get(document, path) != _value(operation):
        raise PatchError(f"test failed: {_written(path)} is not {_value(operation)!r}")
    return document


_OPERATIONS: Mapping[str, Callable[[Json, Mapping[str, Json]], Json]] = {
    "add": _add,
    "replace": _replace,
    "remove": _remove,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _pointer(operation: Mapping[str, Json], key: str) -> list[str]:
    text = operation.get(key)
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise PatchError(f'"{key}" must be a JSON pointer like /spec/replicas')
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _value(operation: Mapping[str, Json]) -> Json:
    if "value" not in operation:
        raise PatchError(f'operation "{operation["op"]}" needs a value')
    return operation["value"]


def _get(document: Json, path: list[str]) -> Json:
    for depth, part in enumerate(path):
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list):
            document = document[_index(part, len(document) - 1, path)]
        else:
            raise PatchError(f"there is no {_written(path[: depth + 1])}")
    return document


def _put(document: Json, path: list[str], value: Json, *, insert: bool) -> Json:
    if not path:
        return value
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and insert:
        parent.insert(len(parent) if last == "-" else _index(last, len(parent), path), value)
    elif isinstance(parent, list):
        parent[_index(last, len(parent) - 1, path)] = value
    else:
        raise PatchError(f"{_written(path[:-1])} has no fields")
    return document


def _drop(document: Json, path: list[str]) -> Json:
    _get(document, path)
    if not path:
        return None
    parent = _get(document, path[:-1])
    del parent[path[-1] if isinstance(parent, dict) else _index(path[-1], len(parent) - 1, path)]
    return document


def _index(part: str, most: int, path: list[str]) -> int:
    if not part.isdecimal() or (len(part) > 1 and part[0] == "0") or int(part) > most:
        raise PatchError(f"there is no {_written(path)}")
    return int(part)


def _written(path: list[str]) -> str:
    return "/" + "/".join(path)
