r"""Paths as connection managers rewrite them before routing (Envoy's `normalize_path`).

Dot segments are gone, `\` is `/`, and characters that need no escape have none; doubled slashes stay.
"""

import re
import string

from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)

_UNESCAPED = frozenset(string.ascii_letters + string.digits + "-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_ESCAPED_SLASH = re.compile(r"%(2F|5C)", re.IGNORECASE)


def normal_path(manager: HttpConnectionManager, path: str) -> str:
    """The path with its query, as the manager hands it to its routes."""
    bare, mark, query = path.partition("?")
    if manager.path_with_escaped_slashes_action == HttpConnectionManager.UNESCAPE_AND_FORWARD:
        bare = _ESCAPED_SLASH.sub(lambda found: "/" if found[1].upper() == "2F" else "\\", bare)
    if manager.normalize_path.value:
        bare = _without_dots(_ESCAPE.sub(_unescaped, bare).replace("\\", "/"))
    return bare + mark + query


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNESCAPED else found[0]


def _without_dots(path: str) -> str:
    """`.` is nothing, `..` takes the segment before it away; after either at the end there is a slash."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for position, segment in enumerate(segments):
        if segment == "..":
            kept[-1:] = []
        elif segment != ".":
            kept.append(segment)
        if segment in {".", ".."} and position == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)
