import pytest
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)

from lateen.simulation.normal_path import normal_path
from lateen.translate.scalar import boolean

NORMAL = HttpConnectionManager(normalize_path=boolean(True))
UNESCAPING = HttpConnectionManager(
    normalize_path=boolean(True), path_with_escaped_slashes_action=HttpConnectionManager.UNESCAPE_AND_FORWARD
)


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/a/../b?x=/../y", "/b?x=/../y"),
        ("/a/.", "/a/"),
        ("/../..", "/"),
        ("/a//../b", "/a/b"),
        ("/%41%2e%2E/%2f", "/A../%2f"),
        ("/a\\..\\b", "/b"),
    ],
)
def test_dots_and_escapes(path: str, normal: str) -> None:
    assert normal_path(NORMAL, path) == normal
    assert normal_path(HttpConnectionManager(), path) == path


def test_escaped_slashes_where_they_are_to_be_slashes() -> None:
    assert normal_path(UNESCAPING, "/a%2F..%5cb") == "/b"
