"""What routes match."""

import pytest

from lateen.ir.match import PathKind, PathMatch, RouteMatch
from lateen.translate.route_match import route_match


@pytest.mark.parametrize(
    ("kind", "value", "field", "written"),
    [
        (PathKind.PREFIX, "/a/", "prefix", "/a/"),
        (PathKind.EXACT, "/a", "path", "/a"),
        (PathKind.SEGMENT, "/a/", "path_separated_prefix", "/a"),
        (PathKind.SEGMENT, "/", "prefix", "/"),
    ],
)
def test_paths(kind: PathKind, value: str, field: str, written: str) -> None:
    match = route_match(RouteMatch(path=PathMatch(kind=kind, value=value)))
    assert (match.WhichOneof("path_specifier"), getattr(match, field)) == (field, written)
    assert not match.HasField("case_sensitive")


def test_expressions_and_case() -> None:
    match = route_match(RouteMatch(path=PathMatch(kind=PathKind.REGEX, value="/a.*", ignore_case=True)))
    assert (match.safe_regex.regex, match.case_sensitive.value) == ("/a.*", False)
    assert match.HasField("case_sensitive")
