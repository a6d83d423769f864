"""Changes of headers (Istio `Headers`)."""

from collections.abc import Mapping
from typing import NamedTuple

from lateen.api.virtual_service import HeaderOperations, Headers
from lateen.ir.route import HeaderEdits
from lateen.ir.value import Pairs

NO_EDITS = HeaderEdits()


class Edits(NamedTuple):
    """What a `headers` field asks for; `authority` is the host to send instead, "" for none."""

    request: HeaderEdits = NO_EDITS
    response: HeaderEdits = NO_EDITS
    authority: str = ""


def header_edits(headers: Headers | None) -> Edits:
    """The edits, without pseudo headers: of those only the authority can change (`TranslateHeadersOperations`)."""
    if headers is None:
        return Edits()
    request = headers.request
    authority = (_authority(request.set) or _authority(request.add)) if request else ""
    return Edits(_edits(request), _edits(headers.response), authority)


def _edits(operations: HeaderOperations | None) -> HeaderEdits:
    if operations is None:
        return NO_EDITS
    return HeaderEdits(
        set=_pairs(operations.set),
        add=_pairs(operations.add),
        remove=tuple(name for name in operations.remove if not _is_internal(name)),
    )


def _pairs(values: Mapping[str, str]) -> Pairs:
    return tuple(sorted((name, value) for name, value in values.items() if not _is_internal(name)))


def _is_internal(name: str) -> bool:
    return name.startswith(":") or name.lower() == "host"


def _authority(values: Mapping[str, str]) -> str:
    return next((value for name, value in values.items() if name.lower() in {":authority", "host"}), "")
