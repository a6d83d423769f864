"""From YAML events to JSON values, with the line of everything and every mistake that does not stop reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from lateen.api.yaml_scalar import Scalar, resolve_plain

DEPTH_LIMIT: Final = 100
NODE_LIMIT: Final = 1_000_000

_TAG: Final = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Tree:
    """A value, its line, and the same for what it holds, by key or place."""

    value: Any  # JSON
    line: int
    items: "dict[str, Tree] | list[Tree] | None" = None
    size: int = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at a line, and what to do about it."""

    line: int
    code: str
    message: str
    hint: str = ""


class NotYamlError(Exception):
    """The text cannot be read on. `mistake` says why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


@dataclass(slots=True)
class TreeReader:
    """Reads one document's events, the text of which starts at `first_line`.

    Aliases become copies; their sum is limited, so that no text grows without bound.
    """

    events: Iterator[yaml.Event]
    first_line: int = 1
    mistakes: list[Mistake] = field(default_factory=list)
    anchors: dict[str, Tree] = field(default_factory=dict)
    size: int = 0

    def read(self) -> Tree | None:
        """The document, None when there is none. Raises NotYamlError."""
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event, 0)
        return None

    def _node(self, event: yaml.NodeEvent, depth: int) -> Tree:
        line = self._line(event)
        if depth > DEPTH_LIMIT:
            raise NotYamlError(Mistake(line, "TooDeep", f"nested more than {DEPTH_LIMIT} levels deep"))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, line)
        self._count(1, line)
        if isinstance(event, yaml.ScalarEvent):
            tree = Tree(self._scalar(event), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            tree = self._sequence(line, depth)
        else:
            tree = self._mapping(line, depth)
        if event.anchor:
            self.anchors[event.anchor] = tree
        return tree

    def _count(self, nodes: int, line: int) -> None:
        self.size += nodes
        if self.size > NODE_LIMIT:
            hint = "write less, or use fewer aliases (`*name`)"
            raise NotYamlError(Mistake(line, "TooLarge", f"the document has more than {NODE_LIMIT} values", hint))

    def _alias(self, name: str | None, line: int) -> Tree:
        tree = self.anchors.get(name or "")
        if tree is None:
            message, hint = (
                f'nothing has the anchor "&{name}"',
                "define the anchor above, or quote a text that starts with *",
            )
            raise NotYamlError(Mistake(line, "NotYaml", message, hint))
        self._count(tree.size, line)
        return Tree(_copy(tree.value), line, tree.items, tree.size)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text: str = event.value
        line = self._line(event)
        tag = (event.tag or "").removeprefix(_TAG)
        if tag in ("str", "!") or (not tag and not event.implicit[0]):
            return text
        if tag not in ("", "int", "float", "bool", "null"):
            self.mistakes.append(
                Mistake(line, "UnsupportedTag", f'the tag "{event.tag}" is not supported', "remove it")
            )
            return text
        value = resolve_plain(text)
        if isinstance(value, float) and value - value != 0:
            self.mistakes.append(Mistake(line, "NotJson", f"{text} is not a number in JSON", "write a finite number"))
            return text
        return value

    def _sequence(self, line: int, depth: int) -> Tree:
        items = [self._node(event, depth + 1) for event in self._until(yaml.SequenceEndEvent)]
        return Tree([item.value for item in items], line, items, 1 + sum(item.size for item in items))

    def _mapping(self, line: int, depth: int) -> Tree:
        items: dict[str, Tree] = {}
        merges: list[Tree] = []
        for event in self._until(yaml.MappingEndEvent):
            key_line = self._line(event)
            merge = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            key = self._key(self._node(event, depth + 1))
            item = self._node(self._next(), depth + 1)
            if merge:
                merges.append(item)
            elif key in items:
                self._repeated(key, items[key].line, key_line)
            else:
                items[key] = Tree(item.value, key_line, item.items, item.size)
        for merge_item in merges:
            self._merge(items, merge_item)
        size = 1 + sum(item.size for item in items.values())
        return Tree({key: item.value for key, item in items.items()}, line, items, size)

    def _next(self) -> yaml.NodeEvent:
        event = next(self.events)
        assert isinstance(event, yaml.NodeEvent)  # noqa: S101  # the parser's grammar
        return event

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.NodeEvent]:
        while not isinstance(event := next(self.events), end):
            assert isinstance(event, yaml.NodeEvent)  # noqa: S101  # the parser's grammar
            yield event

    def _line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def _key(self, tree: Tree) -> str:
        if isinstance(tree.value, str):
            return tree.value
        if isinstance(tree.value, dict | list):
            self.mistakes.append(
                Mistake(tree.line, "NotJson", "a key must be a text", 'quote a key that holds "{" or "["')
            )
            return ""
        return (
            str(tree.value).lower()
            if isinstance(tree.value, bool)
            else str("null" if tree.value is None else tree.value)
        )

    def _repeated(self, key: str, first: int, again: int) -> None:
        message = f'the key "{key}" is there twice, first in line {first}'
        self.mistakes.append(Mistake(again, "DuplicateKey", message, "keep one of them"))

    def _merge(self, items: dict[str, Tree], source: Tree) -> None:
        if isinstance(source.items, dict):
            for key, item in source.items.items():
                if key not in items:
                    self._count(item.size, source.line)
                    items[key] = Tree(_copy(item.value), item.line, item.items, item.size)
        elif isinstance(source.items, list) and all(isinstance(each.items, dict) for each in source.items):
            for each in source.items:
                self._merge(items, each)
        else:
            self.mistakes.append(
                Mistake(source.line, "NotYaml", 'after "<<" stands no map', "refer to a map: `<<: *name`")
            )


def _copy(value: Any) -> Any:  # JSON
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
