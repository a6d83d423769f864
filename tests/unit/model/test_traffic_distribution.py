import pytest

from lateen.model.traffic_distribution import ANNOTATION, SAME_NODE, SAME_ZONE, traffic_distribution


@pytest.mark.parametrize(
    ("asked", "annotation", "expected"),
    [
        ("", "", ""),
        ("PreferClose", "", SAME_ZONE),
        ("PreferSameZone", "PreferSameNode", SAME_ZONE),
        ("PreferSameNode", "", SAME_NODE),
        ("", "preferclose", SAME_ZONE),
        ("", "PreferSameNode", SAME_NODE),
        ("", "Any", ""),
    ],
)
def test_the_field_comes_before_the_annotation(asked: str, annotation: str, expected: str) -> None:
    assert traffic_distribution(asked, {ANNOTATION: annotation} if annotation else {}) == expected
