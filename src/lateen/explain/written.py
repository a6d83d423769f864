"""What users write in files of cases, read with every mistake in words and at its line."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from lateen.api.field_path import Step, parse_path
from lateen.api.meta import JsonObject
from lateen.api.problem import Origin, Problem, Severity
from lateen.api.yaml_tree import Tree
from lateen.validation.schema import closest

_WORDS: Final = {
    "object": "a map",
    "array": "a list",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
_WRONG_TYPE: Final = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]+)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]+)`")

S = TypeVar("S", bound=msgspec.Struct)


def read_as(struct: type[S], tree: Tree, file: str, defaults: JsonObject | None = None) -> S | Problem:
    """An entry, on top of `defaults`, as one of `struct`; or the first mistake in it."""
    value = {**(defaults or {}), **tree.value} if isinstance(tree.value, dict) else tree.value
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        steps = parse_path(path.removeprefix(".").removesuffix("`"))
        return _in_words(struct, tree, file, message, steps)


def wrong(file: str, line: int, message: str, hint: str = "") -> Problem:
    """A mistake in a file of cases."""
    return Problem(None, "", "WrongCase", Severity.ERROR, message, hint, Origin(file, line))


def line_at(tree: Tree, steps: Iterable[Step]) -> int:
    """The line of what is there, or of what is around it."""
    for step in steps:
        items: Mapping[Step, Tree] = (
            tree.items if isinstance(tree.items, dict) else dict(enumerate(tree.items or ()))  # type: ignore[assignment]
        )
        if step not in items:
            break
        tree = items[step]
    return tree.line


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead of a key that is not known."""
    names = sorted(known)
    meant = closest(word, names)
    return f"did you mean {meant}?" if meant else f"known here: {', '.join(names)}"


def _in_words(struct: type[msgspec.Struct], tree: Tree, file: str, message: str, steps: tuple[Step, ...]) -> Problem:
    place = f"{'.'.join(map(str, steps))}: " if steps else ""
    line = line_at(tree, steps)
    if found := _UNKNOWN.fullmatch(message):
        known = _names(struct, steps)
        return wrong(
            file,
            line_at(tree, (*steps, found["name"])),
            f'{place}there is no key "{found["name"]}"',
            suggestion(found["name"], known),
        )
    if found := _MISSING.fullmatch(message):
        return wrong(file, line, f'{place}the key "{found["name"]}" is missing')
    if found := _WRONG_TYPE.fullmatch(message):
        expected = " or ".join(_WORDS.get(word.strip(), word) for word in found["expected"].split("|"))
        return wrong(file, line, f"{place}must be {expected}, not {_WORDS.get(found['got'], found['got'])}")
    return wrong(file, line, place + message)


def _names(struct: type[msgspec.Struct], steps: tuple[Step, ...]) -> Iterable[str]:
    """The keys that may stand where a path leads."""
    fields = {each.encode_name: each.type for each in msgspec.structs.fields(struct)}
    if steps and isinstance(inner := fields.get(str(steps[0])), type) and issubclass(inner, msgspec.Struct):
        return _names(inner, steps[1:])
    return fields
