"""Tables as kubectl prints them: upper-case headings, three spaces between columns, no lines."""

from collections.abc import Sequence

GAP = "   "


def format_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, with_headings: bool = True) -> str:
    """The lines of a table; the last column is not padded."""
    lines = [list(headings), *map(list, rows)] if with_headings else [list(row) for row in rows]
    if not lines:
        return ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
