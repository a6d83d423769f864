"""What a plain YAML scalar means. Rule: go-yaml v2, which kubectl reads manifests with: YAML 1.1 booleans with `y` and
`n`, octal and underscored integers, no dates and no base-60 numbers."""

import math
import re
from typing import Final

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INTEGER: Final = re.compile(r"[-+]?(?:(0[xX][0-9a-fA-F]+)|(0[bB][01]+)|(0[oO]?[0-7]+)|(0|[1-9][0-9]*))")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST: Final = frozenset("0123456789+-.")


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar. Infinities and NaN come back as floats, which JSON does not have."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST or len(text) > 400:
        return text
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "", 1))
    return _number(text.replace("_", ""), text)


def _number(digits: str, text: str) -> Scalar:
    integer = _INTEGER.fullmatch(digits)
    if integer and -(2**63) <= (value := _integer(digits, integer)) < 2**64:
        return value
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        return number if math.isfinite(number) else text
    return text


def _integer(digits: str, match: re.Match[str]) -> int:
    hexadecimal, binary, octal, _ = match.groups()
    if hexadecimal or binary:
        return int(digits, 0)
    return int(digits.lower().replace("o", ""), 8) if octal else int(digits)
