"""Regular expressions as Envoy reads them: RE2. Finds what RE2 surely refuses."""

import re
from typing import Final

from lateen.validation.field import Field

LENGTH_LIMIT: Final = 1024
_LOOK: Final = re.compile(r"\(\?(?:=|!|<=|<!|>)")
_GROUP: Final = re.compile(r"\(\?(?:P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)])")
_REPEAT: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_CLASS_END: Final = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_RE2: Final = "proxies use RE2: https://github.com/google/re2/wiki/Syntax"


def check_regex(pattern: str, field: Field) -> None:
    """Report an expression that a proxy would refuse."""
    if not pattern:
        field.error("the expression is empty", "write .* to match everything", "InvalidRegex")
    elif len(pattern) > LENGTH_LIMIT:
        field.error(f"the expression has {len(pattern)} characters", f"{LENGTH_LIMIT} are the most", "InvalidRegex")
    elif mistake := regex_mistake(pattern):
        field.error(f'"{pattern[:80]}" is no expression: {mistake}', _RE2, "InvalidRegex")


def regex_mistake(pattern: str) -> str:
    """What RE2 refuses in a pattern, "" when nothing was found."""
    place, depth, repeatable = 0, 0, False
    while place < len(pattern):
        character = pattern[place]
        length, mistake = _token(pattern, place, repeatable=repeatable)
        if mistake:
            return mistake
        if (character in "()" and length == 1) or (character == "(" and pattern[place + length - 1] in ":>"):
            depth += 1 if character == "(" else -1
        if depth < 0:
            return "a ) has no ("
        repeatable = character not in "(|" and not (character in "*+?" or _is_repeat(pattern, place))
        place += length
    return "a ( is not closed" if depth else ""


def _is_repeat(pattern: str, place: int) -> bool:
    return _REPEAT.match(pattern, place) is not None


def _token(pattern: str, place: int, *, repeatable: bool) -> tuple[int, str]:
    """The length of what stands at a place, or why it cannot stand there."""
    character = pattern[place]
    if character == "\\":
        return _escape(pattern, place)
    if character == "[":
        found = _CLASS_END.match(pattern, place)
        return (found.end() - place, "") if found else (1, "a [ is not closed")
    if character == "(":
        return _group(pattern, place)
    repeat = _REPEAT.match(pattern, place)
    if character in "*+?" or repeat:
        return _repetition(pattern, place, repeat, repeatable=repeatable)
    return 1, ""


def _escape(pattern: str, place: int) -> tuple[int, str]:
    if place + 1 == len(pattern):
        return 1, "it ends with a \\"
    if pattern[place + 1] in "123456789":
        return 2, f"\\{pattern[place + 1]} refers back, which RE2 cannot"
    if pattern[place + 1] == "Q":
        end = pattern.find("\\E", place)
        return (len(pattern) if end < 0 else end + 2) - place, ""
    return 2, ""


def _group(pattern: str, place: int) -> tuple[int, str]:
    if look := _LOOK.match(pattern, place):
        return 1, f"{look.group()} looks around, which RE2 cannot"
    if pattern.startswith("(?", place):
        found = _GROUP.match(pattern, place)
        return (found.end() - place, "") if found else (1, "(? is followed by something unknown")
    return 1, ""


def _repetition(pattern: str, place: int, repeat: re.Match[str] | None, *, repeatable: bool) -> tuple[int, str]:
    length = repeat.end() - place if repeat else 1
    if not repeatable:
        return length, f"nothing to repeat before {pattern[place : place + length]}"
    if repeat and max(int(repeat[1]), int(repeat[2] or 0)) > 1000:
        return length, "more than 1000 repetitions"
    if repeat and repeat[2] and int(repeat[2]) < int(repeat[1]):
        return length, f"{repeat.group()} ends before it starts"
    return length + pattern.startswith("?", place + length), ""
