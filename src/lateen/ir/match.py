"""What a route matches."""

import enum

from lateen.ir.value import Value


class StringKind(enum.StrEnum):
    EXACT = "exact"
    PREFIX = "prefix"
    REGEX = "regex"
    PRESENT = "present"


class StringMatch(Value):
    """A string condition; regex is RE2 and matches the whole string."""

    kind: StringKind
    value: str = ""
    ignore_case: bool = False


class NamedMatch(Value):
    """A condition on a header (lower-case name, or `:method`, `:authority`, `:scheme`) or on a query parameter."""

    name: str
    match: StringMatch
    invert: bool = False


class PathKind(enum.StrEnum):
    """`PREFIX` is a plain string prefix; `SEGMENT` ends at a path segment, as the Gateway API's PathPrefix does."""

    PREFIX = "prefix"
    SEGMENT = "segment"
    EXACT = "exact"
    REGEX = "regex"


class PathMatch(Value):
    kind: PathKind = PathKind.PREFIX
    value: str = "/"
    ignore_case: bool = False


class RouteMatch(Value):
    """All conditions must hold."""

    path: PathMatch = PathMatch()
    headers: tuple[NamedMatch, ...] = ()
    query: tuple[NamedMatch, ...] = ()
