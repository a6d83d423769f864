"""`KEY=VALUE` and `KEY-`."""

from lateen.cli.metadata_edit import split_changes


def test_names_come_before_changes() -> None:
    words = ("namespace", "default", "istio-injection=enabled", "old-")
    assert split_changes(words) == (("namespace", "default"), {"istio-injection": "enabled", "old": None})


def test_a_value_may_hold_an_equals_sign_or_nothing() -> None:
    assert split_changes(("pod/a", "x=a=b", "y="))[1] == {"x": "a=b", "y": ""}
