"""When to act on a burst of changes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Debounce:
    """Waits for `quiet` seconds without a change, but not longer than `most` after the first one."""

    quiet: float = 0.010
    most: float = 0.100
    _first: float | None = None
    _last: float = 0.0

    def note(self, now: float) -> None:
        """A change has come."""
        if self._first is None:
            self._first = now
        self._last = now

    @property
    def due(self) -> float | None:
        """When to act; None without a change."""
        return None if self._first is None else min(self._last + self.quiet, self._first + self.most)

    def clear(self) -> None:
        """The changes so far are being acted on."""
        self._first = None
