"""Tables."""

from lateen.cli.table import column_widths, format_table


def test_columns_are_as_wide_as_their_widest_cell_and_lines_end_without_spaces() -> None:
    assert format_table(["A", "LONG"], [["xyz", "1"], ["x", ""]]) == "A     LONG\nxyz   1\nx"


def test_without_headings_only_rows_count() -> None:
    assert format_table(["HEADING", "B"], [["x", "y"]], with_headings=False) == "x   y"
    assert format_table(["A"], [], with_headings=False) == ""


def test_later_lines_stand_under_earlier_ones() -> None:
    widths = column_widths([["NAME", "AGE"], ["long-name", "1s"]])
    assert widths == [9, 3]
    assert format_table(["NAME", "AGE"], [["x", "2s"]], with_headings=False, at_least=widths) == "x           2s"
