import msgspec
import pytest

from lateen.api.codec import from_yaml
from lateen.api.virtual_service import Headers
from lateen.ir.route import HeaderEdits
from lateen.resolve.http_headers import Edits, header_edits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Edits()),
        ("{request: {set: {b: '1', a: '2'}}}", Edits(request=HeaderEdits(set=(("a", "2"), ("b", "1"))))),
        ("{response: {add: {a: '1'}, remove: [b]}}", Edits(response=HeaderEdits(add=(("a", "1"),), remove=("b",)))),
        ("{request: {set: {':authority': x}}}", Edits(authority="x")),
        ("{request: {add: {Host: x}}}", Edits(authority="x")),
        ("{request: {set: {host: x}, add: {':authority': z}}}", Edits(authority="x")),
        ("{request: {set: {':path': x}, remove: [':method', host, a]}}", Edits(request=HeaderEdits(remove=("a",)))),
        ("{response: {set: {host: x}}}", Edits()),
    ],
)
def test_edits(text: str, expected: Edits) -> None:
    assert header_edits(msgspec.convert(from_yaml(text), Headers)) == expected


def test_no_headers() -> None:
    assert header_edits(None) == Edits()
