"""Spans of time as users write them: Go's syntax, `1.5s`, `1h2m`, `300ms`."""

import functools
import re
from typing import Final

_UNITS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_WHOLE: Final = re.compile(rf"[+-]?(?:0|(?:{_PART.pattern})+)")
_LIMIT: Final = 315_576_000_000 * 10**9


@functools.total_ordering
class Duration:
    """A span of time, exact to the nanosecond; protobuf's range of ten thousand years either way."""

    __slots__ = ("nanoseconds",)
    nanoseconds: int

    def __init__(self, *, nanoseconds: int = 0, milliseconds: int = 0, seconds: float = 0) -> None:
        object.__setattr__(self, "nanoseconds", nanoseconds + milliseconds * 10**6 + round(seconds * 10**9))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Duration does not change: {name}")

    @property
    def milliseconds(self) -> int:
        """Whole milliseconds, rounded towards zero."""
        return int(self.nanoseconds / 10**6) if self.nanoseconds < 0 else self.nanoseconds // 10**6

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return self.nanoseconds / 10**9

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and other.nanoseconds == self.nanoseconds

    def __lt__(self, other: "Duration") -> bool:
        return self.nanoseconds < other.nanoseconds

    def __hash__(self) -> int:
        return hash(self.nanoseconds)

    def __bool__(self) -> bool:
        return self.nanoseconds != 0

    def __str__(self) -> str:
        """Protobuf's JSON form: seconds with as many decimals as needed, `1.5s`."""
        whole, rest = divmod(abs(self.nanoseconds), 10**9)
        decimals = f".{rest:09d}".rstrip("0").rstrip(".")
        return f"{'-' if self.nanoseconds < 0 else ''}{whole}{decimals}s"

    def __repr__(self) -> str:
        return f"Duration({str(self)!r})"


def parse_duration(text: str) -> Duration:
    """The duration `text` spells. Raises ValueError when it spells none. Rule: Go's time.ParseDuration."""
    if len(text) > 64 or not _WHOLE.fullmatch(text):
        raise ValueError(f'"{text[:64]}" is not a duration')
    nanoseconds = sum(_scaled(number, unit) for number, unit in _PART.findall(text))
    if nanoseconds > _LIMIT:
        raise ValueError(f'"{text}" is longer than ten thousand years')
    return Duration(nanoseconds=-nanoseconds if text.startswith("-") else nanoseconds)


def decode_duration(expected: type, value: object) -> Duration:
    """A duration of a document, as msgspec's hook for types it doesn't know wants it."""
    if expected is not Duration or not isinstance(value, str):
        raise TypeError("Expected `duration`, a text like `1.5s`")
    return parse_duration(value)


def _scaled(number: str, unit: str) -> int:
    whole, _, decimals = number.partition(".")
    scale = _UNITS[unit]
    fraction = int(decimals or "0") * scale // int("1" + "0" * len(decimals))
    return int(whole or "0") * scale + fraction
