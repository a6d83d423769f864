"""What is no longer used stays for a while: requests that are under way, delayed or tried again, may still need it."""

from collections.abc import Iterable
from math import inf


class Lingering:
    """Names that are to be removed, each `seconds` after it was first seen here."""

    __slots__ = ("_seconds", "_since", "next")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[str, float] = {}
        self.next = inf
        """When some name's time comes."""

    def due(self, names: Iterable[str], now: float) -> frozenset[str]:
        """Those of `names`, which are all that are to be removed, whose time has come."""
        since = {name: self._since.get(name, now) for name in names}
        due = frozenset(name for name, begin in since.items() if now >= begin + self._seconds)
        self._since = {name: begin for name, begin in since.items() if name not in due}
        self.next = min(self._since.values(), default=inf) + self._seconds
        return due
