"""Changes to headers."""

from lateen.ir.route import HeaderEdits
from lateen.translate.header_edits import headers_to_add


def test_setting_comes_before_adding_and_empty_values_are_kept() -> None:
    options = headers_to_add(HeaderEdits(add=(("a", "1"),), set=(("b", ""),)))
    assert [
        (one.header.key, one.HeaderAppendAction.Name(one.append_action), one.keep_empty_value) for one in options
    ] == [
        ("b", "OVERWRITE_IF_EXISTS_OR_ADD", True),
        ("a", "APPEND_IF_EXISTS_OR_ADD", False),
    ]
