"""Do counts agree with the shares that were asked for?

Each answer falls into a group with probability p; n answers then put n·p ± z·√(n·p·(1-p)) into it. z is chosen so that
a mesh that does what it was told fails once in ten thousand comparisons, whatever the number of groups (Bonferroni).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

FALSE_ALARMS = 1e-4


@dataclass(frozen=True, slots=True)
class Row:
    """One group: how many answers it got, and the share it should get (None: the rules say nothing of it)."""

    group: str
    count: int
    expected: float | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """All groups, the largest first. `agrees` is None when nothing was expected."""

    rows: tuple[Row, ...]
    total: int
    agrees: bool | None


def compare(counts: Mapping[str, int], expected: Mapping[str, float] | None, tolerance: float = 0.0) -> Comparison:
    """Compare counts by group with expected shares (they sum to 1). A group that nobody expects must be empty.

    `tolerance` is a share by which a group may be off besides chance: load balancers don't draw lots.
    """
    total = sum(counts.values())
    groups = sorted({*counts, *(expected or {})}, key=lambda group: (-counts.get(group, 0), group))
    if expected is None:
        return Comparison(tuple(Row(group, counts[group], None, True) for group in groups), total, None)
    z = NormalDist().inv_cdf(1 - FALSE_ALARMS / 2 / max(1, len(groups)))
    rows = tuple(_row(group, counts.get(group, 0), total, expected.get(group, 0.0), (z, tolerance)) for group in groups)
    return Comparison(rows, total, all(row.agrees for row in rows))


def _row(group: str, count: int, total: int, share: float, slack_by: tuple[float, float]) -> Row:
    z, tolerance = slack_by
    # Half a request of slack: counts are whole numbers.
    slack = z * math.sqrt(total * share * (1 - share)) + tolerance * total + 0.5
    certain = share in {0.0, 1.0}
    agrees = count == round(total * share) if certain else abs(count - total * share) <= slack
    return Row(group, count, share, agrees)
