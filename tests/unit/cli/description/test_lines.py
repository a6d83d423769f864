"""Titles and values as lines."""

from lateen.cli.description.lines import Entry, Lines, Rows, Section, Text, render


def test_values_of_one_level_stand_under_each_other() -> None:
    entries: list[Entry] = [
        ("Name", "a"),
        ("Long Title", Lines(["one", "two"])),
        ("Empty", Lines([])),
        ("None", Rows(["A"], [])),
        ("Inner", Section([("X", "1"), ("Deeper", Section([("Y", "2")]))])),
        ("Spec", Text("a:\n  b: 1\n")),
        ("Table", Rows(["Type", "Status"], [["Ready", "True"]])),
    ]
    assert "\n".join(render(entries)) == (
        "Name:        a\n"
        "Long Title:  one\n"
        "             two\n"
        "Empty:       <none>\n"
        "None:        <none>\n"
        "Inner:\n"
        "  X:  1\n"
        "  Deeper:\n"
        "    Y:  2\n"
        "Spec:\n"
        "  a:\n"
        "    b: 1\n"
        "Table:\n"
        "  Type   Status\n"
        "  ----   ------\n"
        "  Ready  True"
    )
