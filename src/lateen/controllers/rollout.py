"""How many pods of the old and of the new template a deployment should have next."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Pods of a deployment: of the current template and of older ones; available ones are ready and not going."""

    new: int
    new_available: int
    old: int
    old_available: int


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now: pods of the current template to create or delete, old ones to delete."""

    create: int = 0
    delete_new: int = 0
    delete_old: int = 0


@dataclass(frozen=True, slots=True)
class Strategy:
    """`max_surge` and `max_unavailable` are pods, or percentages as `"25%"`; `recreate` ends the old before the new."""

    recreate: bool = False
    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"

    def limits(self, replicas: int) -> tuple[int, int]:
        """(surge, unavailable) in pods: surge rounds up, unavailable down, not both zero, as in Kubernetes."""
        surge = _share(self.max_surge, replicas, math.ceil)
        unavailable = _share(self.max_unavailable, replicas, math.floor)
        return surge, unavailable if surge or unavailable else 1


def next_step(replicas: int, counts: Counts, strategy: Strategy) -> Step:
    """One step of a rolling update, or of a plain scale when there are no old pods."""
    if strategy.recreate and counts.old:
        return Step(delete_old=counts.old)
    surge, unavailable = strategy.limits(replicas)
    room = replicas + surge - counts.new - counts.old if counts.old else replicas - counts.new
    create = max(0, min(replicas - counts.new, room))
    delete_new = max(0, counts.new - replicas)
    spare = counts.new_available + counts.old_available - (replicas - unavailable)
    broken = counts.old - counts.old_available
    delete_old = min(counts.old, broken + max(0, min(spare, counts.old_available)))
    return Step(create=create, delete_new=delete_new, delete_old=delete_old)


def _share(value: int | str, replicas: int, rounded: Callable[[float], int]) -> int:
    if isinstance(value, int):
        return value
    return rounded(replicas * int(value.removesuffix("%")) / 100)
