"""Delays that grow after each failure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Seconds to wait before the next try: `first`, doubled each time up to `most`; `reset` starts over."""

    first: float
    most: float
    _next: float = 0.0

    def next(self) -> float:
        """The delay before the next try."""
        delay = self._next or self.first
        self._next = min(delay * 2, self.most)
        return delay

    def reset(self) -> None:
        """A try succeeded: the next delay is `first` again."""
        self._next = 0.0
