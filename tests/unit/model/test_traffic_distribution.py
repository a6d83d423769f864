import pytest

from lateen.model.traffic_distribution import ANNOTATION, SAME_NODE, SAME_ZONE, traffic_distribution


@pytest.mark.parametrize(
    ("asked", "annotation", "of_namespace", "expected"),
    [
        ("", "", "", ""),
        ("PreferClose", "", "", SAME_ZONE),
        ("PreferSameZone", "PreferSameNode", "Any", SAME_ZONE),
        ("PreferSameNode", "", "", SAME_NODE),
        ("", "preferclose", "", SAME_ZONE),
        ("", "PreferSameNode", "PreferClose", SAME_NODE),
        ("", "Any", "PreferClose", ""),
        ("", "", "PreferSameNode", SAME_NODE),
        ("", "", "preferclose", SAME_ZONE),
    ],
)
def test_the_field_comes_before_the_annotation_and_the_namespaces_last(
    asked: str, annotation: str, of_namespace: str, expected: str
) -> None:
    assert traffic_distribution(asked, {ANNOTATION: annotation} if annotation else {}, of_namespace) == expected
