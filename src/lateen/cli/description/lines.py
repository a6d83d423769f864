"""Titles and values as lines: `describe`'s form. Values of one level stand under each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lateen.cli.table import column_widths

INDENT = "  "
NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Lines:
    """A value of several lines, the first behind the title; none is `<none>`."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Text:
    """Lines below the title, as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table below the title; without rows the title says `<none>`."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Titles and values below a title."""

    entries: "Sequence[Entry]"


Entry = tuple[str, str | Lines | Text | Rows | Section]


def render(entries: Sequence[Entry], depth: int = 0) -> Iterator[str]:
    """The lines of entries."""
    indent = INDENT * depth
    width = max((len(title) for title, value in entries if _is_beside(value)), default=0) + 3
    for title, value in entries:
        head = f"{indent}{f'{title}:':<{width}}"
        if isinstance(value, str):
            yield f"{head}{value}".rstrip()
        elif isinstance(value, Lines):
            lines = list(value.lines) or [NONE]
            yield f"{head}{lines[0]}".rstrip()
            yield from (f"{' ' * len(head)}{line}" for line in lines[1:])
        elif isinstance(value, Rows) and not value.rows:
            yield f"{head}{NONE}"
        else:
            yield f"{indent}{title}:"
            yield from _below(value, depth + 1)


def _is_beside(value: str | Lines | Text | Rows | Section) -> bool:
    return isinstance(value, str | Lines) or (isinstance(value, Rows) and not value.rows)


def _below(value: Text | Rows | Section, depth: int) -> Iterator[str]:
    indent = INDENT * depth
    if isinstance(value, Section):
        yield from render(value.entries, depth)
    elif isinstance(value, Text):
        yield from (f"{indent}{line}".rstrip() for line in value.text.splitlines())
    else:
        lines = [value.headings, ["-" * len(heading) for heading in value.headings], *value.rows]
        widths = column_widths(lines)
        for line in lines:
            yield indent + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
