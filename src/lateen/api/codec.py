"""YAML and JSON text to documents and back."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from lateen.api.field_path import Step, parse_path
from lateen.api.meta import JsonObject
from lateen.api.problem import Origin, Problem, Severity
from lateen.api.schema import ref_of
from lateen.api.yaml_scalar import resolve_plain
from lateen.api.yaml_tree import Mistake, NotYamlError, Tree, TreeReader

SIZE_LIMIT: Final = 3 * 1024 * 1024
"""Bytes of one document; etcd's and so Kubernetes' limit is of this order."""

QUOTES_LIMIT: Final = 50
"""Texts that end in a colon between brackets in one document."""

_BOUNDARY: Final = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.(?=[ \t\r\n]|\Z))", re.MULTILINE)
_DIRECTIVES: Final = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n|%(?:YAML|TAG)[ \t].*(?:\r?\n|\Z))*[ \t]*(?:#.*)?\Z")
_HINTS: Final = (
    ("tab character", "indent with spaces: YAML does not accept tabs"),
    ("cannot start any token", "indent with spaces, and quote a text that starts with one of @ ` % or a tab"),
    ("mapping values are not allowed", 'check the indentation, and quote a text that holds ": "'),
    ("did not find expected key", "check the indentation of this line and the one above"),
    ("did not find expected '-' indicator", "check the indentation: list items start in one column"),
    ("could not find expected ':'", 'write "key: value", or check the quotes above'),
    ("unexpected end of stream", "a quote, bracket or brace is not closed"),
    ("did not find expected", "a quote, bracket, brace or comma is missing"),
    ("control characters", "the file is not text: is it the right one?"),
    ("surrogates", "the file is not UTF-8 text"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """One resource as it was written. One with `problems` must not be applied: it is not what its author meant."""

    body: JsonObject
    origin: Origin
    tree: Tree
    problems: tuple[Problem, ...] = ()

    def line_of(self, path: str | Sequence[Step]) -> int:
        """The line of a field; of the nearest field around it, where it is absent."""
        tree = self.tree
        for step in parse_path(path) if isinstance(path, str) else path:
            items: Any = tree.items  # indexed by what its own type allows
            if isinstance(items, dict) and str(step) in items:
                tree = items[str(step)]
            elif isinstance(items, list) and isinstance(step, int) and step < len(items):
                tree = items[step]
            else:
                break
        return tree.line


def parse_documents(text: str, file: str) -> tuple[list[Document], list[Problem]]:
    """Every document of a text, kinds ending in List taken apart, and every mistake in writing them.

    Never raises: a document that cannot be read is a problem, and the ones after it are read all the same.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for chunk, line in _chunks(text.removeprefix("\ufeff")):
        tree, mistakes = _read(chunk, line)
        found = tuple(_problem(mistake, file, tree) for mistake in mistakes)
        problems += found
        for each in _documents(tree, file, found) if tree and tree.value is not None else ():
            if isinstance(each, Document):
                documents.append(each)
            else:
                problems.append(each)
    return documents, problems


def parse_values(text: str, file: str) -> tuple[list[Tree], list[Problem]]:
    """The documents of a text whatever they are, with the lines of their parts, and every mistake in writing them."""
    trees: list[Tree] = []
    problems: list[Problem] = []
    for chunk, line in _chunks(text.removeprefix("\ufeff")):
        tree, mistakes = _read(chunk, line)
        problems += (_problem(mistake, file, tree) for mistake in mistakes)
        if tree is not None and tree.value is not None:
            trees.append(tree)
    return trees, problems


def from_yaml(text: str) -> JsonObject:
    """The one document of a text that is known to be good. Raises ValueError otherwise."""
    documents, problems = parse_documents(text, "")
    if problems or len(documents) != 1:
        raise ValueError("; ".join(map(str, problems)) or f"{len(documents)} documents instead of one")
    return documents[0].body


def to_yaml(body: JsonObject) -> str:
    """A document as kubectl prints it: apiVersion, kind and metadata first, status last, the rest as stored."""
    first = [key for key in ("apiVersion", "kind", "metadata") if key in body]
    rest = [key for key in body if key not in first and key != "status"]
    ordered = {key: body[key] for key in (*first, *rest, *(["status"] if "status" in body else []))}
    text: str = yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**20)
    return text


def _chunks(text: str) -> Iterator[tuple[str, int]]:
    """The documents' texts and their first lines. A `---` at a line's start always ends a document, so that
    one that is broken does not hide the others."""
    start, line = 0, 1
    for boundary in [*_BOUNDARY.finditer(text), None]:
        chunk = text[start : boundary.start() if boundary else len(text)]
        if not _DIRECTIVES.fullmatch(chunk):
            yield chunk, line
        line += chunk.count("\n")
        start = boundary.end() if boundary else 0


def _read(chunk: str, line: int, quotes: int = 0) -> tuple[Tree | None, list[Mistake]]:
    if len(chunk) > SIZE_LIMIT or len(chunk.encode(errors="replace")) > SIZE_LIMIT:
        size = len(chunk.encode(errors="replace")) / 2**20
        message, hint = f"the document has {size:.1f} MiB; 3 MiB is the most", "split it, or keep large data elsewhere"
        return None, [Mistake(line, "TooLarge", message, hint)]
    try:
        reader = TreeReader(_events(chunk), line)
        return reader.read(), reader.mistakes
    except NotYamlError as error:
        return None, [*reader.mistakes, error.mistake]
    except (yaml.YAMLError, UnicodeError) as error:
        if quotes < QUOTES_LIMIT and (quoted := _with_quotes(chunk, error)):
            return _read(quoted, line, quotes + 1)
        tree = _read_json(chunk, line)
        return (tree, []) if tree else (None, [_mistake(error, chunk, line)])


def _with_quotes(chunk: str, error: Exception) -> str:
    """The text with quotes around what ends in a colon between brackets, if that is the mistake, else "".

    For kubectl's reader `[2001:db8::]` is a list with a text.
    """
    start, end = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    if start is None or end is None or getattr(error, "problem", "") != "found unexpected ':'":
        return ""
    lines = chunk.split("\n")
    if start.line != end.line or end.line >= len(lines) or lines[end.line][end.column : end.column + 1] != ":":
        return ""
    text = lines[end.line]
    word = json.dumps(text[start.column : end.column + 1], ensure_ascii=False)
    lines[end.line] = f"{text[: start.column]}{word}{text[end.column + 1 :]}"
    return "\n".join(lines)


def _events(chunk: str) -> Iterator[yaml.Event]:
    loader = yaml.CSafeLoader(chunk)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _read_json(chunk: str, line: int) -> Tree | None:
    """JSON that is no YAML: with escaped surrogate pairs. Its lines are all the first."""
    if not chunk.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(chunk)
    except (ValueError, RecursionError):
        return None
    return Tree(value, line)


def _mistake(error: Exception, chunk: str, line: int) -> Mistake:
    words = getattr(error, "problem", None) or str(error).partition("\n")[0]
    mark = getattr(error, "context_mark" if "end of stream" in words else "problem_mark", None)
    if mark is None and (position := getattr(error, "position", None)) is not None:
        line += chunk.count("\n", 0, position)
    hint = next((hint for start, hint in _HINTS if start in words), "")
    at = line + mark.line if mark is not None else line
    return Mistake(min(at, line + chunk.count("\n")), "NotYaml", f"this is not YAML: {words}", hint)


def _problem(mistake: Mistake, file: str, tree: Tree | None = None) -> Problem:
    ref = ref_of(tree.value) if tree and isinstance(tree.value, dict) else None
    origin = Origin(file, mistake.line)
    return Problem(ref, "", mistake.code, Severity.ERROR, mistake.message, mistake.hint, origin)


def _documents(tree: Tree, file: str, found: tuple[Problem, ...]) -> Iterator[Document | Problem]:
    body = tree.value
    if not isinstance(body, dict):
        yield _problem(_not_a_resource(tree), file)
    elif str(body.get("kind", "")).endswith("List") and isinstance(tree.items, dict) and "items" in body:
        items = tree.items["items"].items
        for item in items if isinstance(items, list) else ():
            yield from _documents(item, file, found)
    else:
        yield Document(body, Origin(file, tree.line), tree, found)


def _not_a_resource(tree: Tree) -> Mistake:
    words = {list: "a list", type(None): "empty"}.get(type(tree.value), "a single value")
    hint = "a resource is a map with apiVersion, kind and metadata"
    return Mistake(tree.line, "NotAResource", f"the document is {words}, not a resource", hint)


class _Dumper(yaml.CSafeDumper):
    """Quotes every text that a reader would take for another type, and shows long texts as blocks."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_TEXT: Final = "tag:yaml.org,2002:str"


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    # The emitter would put texts that YAML 1.1 takes for times in single quotes; kubectl has one kind of quote.
    known = dumper.resolve(yaml.ScalarNode, text, (True, False)) == _TEXT  # type: ignore[no-untyped-call]
    plain = known and resolve_plain(text) == text and text not in ("=", "<<")
    style = "|" if "\n" in text else None if plain else '"'
    return dumper.represent_scalar(_TEXT, text, style)


_Dumper.add_representer(str, _represent_text)
