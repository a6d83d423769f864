"""kubectl's JSONPath: `{.items[*].metadata.name}`, `{range .items[*]}{.a}{"\\n"}{end}`, `[?(@.name=="http2")]`.

Rule: "JSONPath Support" of Kubernetes' reference. Fields that are missing print nothing, as with `kubectl get`.
"""

import json
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = Any
"""A decoded JSON value of any form."""

Step = Callable[[Json], Iterator[Json]]
"""From one value to those that a part of the path finds below it."""

TOKEN = re.compile(
    r"""
    \.\.(?P<deep>[\w\-*]+)
  | \.?\[\?\((?P<filter>.+?)\)\]
  | \.?\[(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]
  | \.?\[(?P<index>-?\d+)\]
  | \.?\[(?P<slice>-?\d*:-?\d*(?::\d+)?)\]
  | \.?\[\*\]|\.\*(?P<all>)
  | \.(?P<name>(?:[\w\-/:]|\\.)+)
    """,
    re.VERBOSE,
)
CONDITION = re.compile(r"^\s*@(?P<path>[^=!<>\s]*)\s*(?:(?P<operator>==|!=|<=|>=|<|>)\s*(?P<literal>.+?))?\s*$")
OPERATORS: dict[str, Callable[[Json, Json], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class PathError(ValueError):
    """The expression can't be understood."""


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the document, or in a `range` from its current entry, to values."""

    steps: tuple[Step, ...]

    def find(self, value: Json) -> list[Json]:
        """Every value the path leads to."""
        found = [value]
        for step in self.steps:
            found = [each for before in found for each in step(before)]
        return found


@dataclass(frozen=True, slots=True)
class Range:
    """`{range PATH}…{end}`: the inner parts for each value."""

    path: Path
    parts: "tuple[Part, ...]"


Part = str | Path | Range
"""A piece of a template: literal text, values, or a loop."""


def parse_path(text: str) -> Path:
    """The path in `.a.b`, `$.a` or `@.a`. Raises PathError."""
    rest = text.strip().removeprefix("$").removeprefix("@")
    if rest and rest[0] not in ".[":
        rest = f".{rest}"
    steps: list[Step] = []
    while rest and rest != ".":
        match = TOKEN.match(rest)
        if match is None:
            raise PathError(f"can't understand {rest!r} in {text!r}")
        steps.append(_step(match))
        rest = rest[match.end() :]
    return Path(tuple(steps))


def parse_template(text: str) -> tuple[Part, ...]:
    """The parts of a template; without braces all of it is one path. Raises PathError."""
    if "{" not in text:
        return (parse_path(text),)
    parts, rest = _parts(_words(text))
    if rest:
        raise PathError("{end} without {range …}")
    return parts


def render(parts: Sequence[Part], document: Json) -> str:
    """What the template prints of a document."""
    return "".join(_rendered(part, document) for part in parts)


def text_of(value: Json) -> str:
    """A value as kubectl prints it: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _words(text: str) -> list[tuple[bool, str]]:
    """Pieces in order: whether it was in braces, and the piece. Quotes in braces may hold braces."""
    found: list[tuple[bool, str]] = []
    place = 0
    for match in re.finditer(r"""\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*)\}""", text):
        if match.start() > place:
            found.append((False, text[place : match.start()]))
        found.append((True, match[1].strip()))
        place = match.end()
    if place < len(text):
        found.append((False, text[place:]))
    if any(not braces and ("{" in piece or "}" in piece) for braces, piece in found):
        raise PathError(f"a brace is not closed in {text!r}")
    return found


def _parts(words: list[tuple[bool, str]]) -> tuple[tuple[Part, ...], list[tuple[bool, str]]]:
    parts: list[Part] = []
    while words:
        (braces, piece), words = words[0], words[1:]
        if not braces:
            parts.append(piece)
        elif piece == "end":
            return tuple(parts), [(braces, piece), *words]
        elif piece.startswith("range "):
            inner, rest = _parts(words)
            if not rest:
                raise PathError("{range …} without {end}")
            parts.append(Range(parse_path(piece.removeprefix("range ")), inner))
            words = rest[1:]
        else:
            parts.append(_unquoted(piece) if piece[:1] in {'"', "'"} else parse_path(piece))
    return tuple(parts), []


def _rendered(part: Part, value: Json) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Path):
        return " ".join(text_of(each) for each in part.find(value))
    return "".join(render(part.parts, each) for each in part.path.find(value))


def _step(match: re.Match[str]) -> Step:
    groups = {key: text for key, text in match.groupdict().items() if text is not None}
    kind, text = next(iter(groups.items()), ("all", ""))
    match kind:
        case "deep":
            return lambda value: _deep(value, text)
        case "filter":
            return _filter(text)
        case "quoted":
            return lambda value: _member(value, _unquoted(text))
        case "index":
            return lambda value: _slice(value, [int(text), None, None], single=True)
        case "slice":
            bounds = [int(each) if each else None for each in text.split(":")]
            return lambda value: _slice(value, [*bounds, None][:3])
        case "name":
            return lambda value: _member(value, re.sub(r"\\(.)", r"\1", text))
    return _children


def _member(value: Json, name: str) -> Iterator[Json]:
    if isinstance(value, dict) and name in value:
        yield value[name]


def _children(value: Json) -> Iterator[Json]:
    yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _deep(value: Json, name: str) -> Iterator[Json]:
    yield from _children(value) if name == "*" else _member(value, name)
    for child in _children(value):
        yield from _deep(child, name)


def _slice(value: Json, bounds: list[int | None], *, single: bool = False) -> Iterator[Json]:
    if not isinstance(value, list):
        return
    first = bounds[0]
    if not single:
        yield from value[slice(*bounds)]
    elif first is not None and -len(value) <= first < len(value):
        yield value[first]


def _filter(text: str) -> Step:
    match = CONDITION.match(text)
    if match is None:
        raise PathError(f"can't understand the condition {text!r}")
    path, literal = parse_path(match["path"]), _literal(match["literal"]) if match["operator"] else None
    holds = OPERATORS.get(match["operator"] or "")

    def step(value: Json) -> Iterator[Json]:
        for child in _children(value):
            found = path.find(child)
            if found and (holds is None or _compared(holds, found[0], literal)):
                yield child

    return step


def _compared(holds: Callable[[Json, Json], bool], value: Json, literal: Json) -> bool:
    try:
        return holds(value, literal)
    except TypeError:
        return False


def _literal(text: str) -> Json:
    if text[:1] in {'"', "'"}:
        return _unquoted(text)
    try:
        return json.loads(text)
    except ValueError:
        raise PathError(f"{text} is neither a number nor a quoted text") from None


def _unquoted(text: str) -> str:
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[1]), text[1:-1])
