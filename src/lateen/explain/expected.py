"""What may stand under `expect`: keys of the explanation's JSON, with values that it can have."""

import functools
from collections.abc import Iterator
from typing import Any, Final

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.api.yaml_tree import Tree
from lateen.explain.schema import explanation_schema
from lateen.explain.written import suggestion, wrong

_SHARED: Final = frozenset({"clusters", "mirrors"})
_LISTED: Final = frozenset({"endpoints", "steps"})


def check_expected(expect: Tree, file: str) -> Iterator[Problem]:
    """Every key that an explanation does not have, and every value that it cannot have."""
    return _check(expect, _schema(), "expect", file)


def _check(tree: Tree, schema: JsonObject, path: str, file: str) -> Iterator[Problem]:
    fields: dict[str, Any] = schema.get("properties", {})
    if not fields or not isinstance(tree.items, dict):
        yield from _check_value(tree, schema, path, file)
        return
    for name, each in tree.items.items():
        where = f"{path}.{name}"
        if name not in fields:
            message = (
                f'{path}: an explanation has no key "{name}"' if path == "expect" else f'{path} has no key "{name}"'
            )
            yield wrong(file, each.line, message, suggestion(name, fields))
        elif name in _SHARED:
            yield from _check_shares(each, where, file)
        elif name not in _LISTED:
            yield from _check(each, _resolved(fields[name]), where, file)


def _check_value(tree: Tree, schema: JsonObject, path: str, file: str) -> Iterator[Problem]:
    words = schema.get("enum")
    if words and tree.value not in words:
        yield wrong(file, tree.line, f"{path}: {tree.value!r} is none of {', '.join(words)}", _meant(tree.value, words))


def _check_shares(tree: Tree, path: str, file: str) -> Iterator[Problem]:
    """Shares by name are numbers from 0 to 1."""
    for name, each in tree.items.items() if isinstance(tree.items, dict) else ():
        share = each.value
        if isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1:
            continue
        number = _percentage(share)
        hint = f"write {number / 100:g}" if number is not None else "write 0.5 for half of the requests"
        yield wrong(file, each.line, f"{path}.{name}: {share!r} is no share from 0 to 1", hint)


def _percentage(value: object) -> float | None:
    text = str(value).removesuffix("%").strip()
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None


def _meant(value: object, words: list[str]) -> str:
    hint = suggestion(str(value), words)
    return hint if hint.startswith("did") else ""


@functools.cache
def _schema() -> JsonObject:
    return _resolved({"$ref": explanation_schema()["$ref"]})


def _resolved(schema: JsonObject) -> JsonObject:
    """What a reference, or the choice between something and null, stands for."""
    if "anyOf" in schema:
        schema = next((each for each in schema["anyOf"] if each.get("type") != "null"), {})
    if "$ref" in schema:
        found: JsonObject = explanation_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema
