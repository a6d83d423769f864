"""Where resources were written."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from lateen.api.codec import Document
from lateen.api.problem import ResourceRef
from lateen.api.schema import KINDS

_CONFIG = re.compile(r"/apis/[^/]*/[^/]*/namespaces/(?P<namespace>[^/]*)/(?P<kind>[^/]*)/(?P<name>[^/]*)")
_KEBAB = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KINDS = {_KEBAB.sub("-", info.kind).lower(): info.id for info in KINDS}


class Place(NamedTuple):
    """A file and a line in it; both None where a resource came over an API."""

    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else ""


def config_ref(config: str) -> ResourceRef | None:
    """The resource that Envoy metadata names: `/apis/networking.istio.io/v1/namespaces/default/virtual-service/a`."""
    found = _CONFIG.fullmatch(config)
    if found is None or found["kind"] not in _KINDS:
        return None
    return ResourceRef(_KINDS[found["kind"]], found["namespace"], found["name"])


def short_name(ref: ResourceRef) -> str:
    """`namespace/name`."""
    return f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name


def place_of(documents: Mapping[ResourceRef, Document], ref: ResourceRef | None, path: str = "") -> Place:
    """Where a field of a resource is written, or the field around it."""
    document = documents.get(ref) if ref is not None else None
    if document is None or not document.origin.file:
        return Place()
    line = document.line_of(f"spec.{path}") if path else document.origin.line
    return Place(document.origin.file, line)
