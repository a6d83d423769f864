"""Tables as kubectl prints them: upper-case headings, three spaces between columns, no lines."""

from collections.abc import Sequence

GAP = "   "


def format_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    with_headings: bool = True,
    at_least: Sequence[int] = (),
) -> str:
    """The lines of a table; no line ends in spaces. `at_least` are widths of columns that came before."""
    lines = [list(headings), *map(list, rows)] if with_headings else [list(row) for row in rows]
    if not lines:
        return ""
    widths = column_widths(lines, at_least)
    return "\n".join(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def column_widths(lines: Sequence[Sequence[str]], at_least: Sequence[int] = ()) -> list[int]:
    """How wide each column must be."""
    count = len(lines[0]) if lines else len(at_least)
    floor = [*at_least, *([0] * (count - len(at_least)))]
    return [max([floor[column], *(len(line[column]) for line in lines)]) for column in range(count)]
