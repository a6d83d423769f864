"""What many requests in a test get back."""

from collections.abc import Mapping
from dataclasses import dataclass

from lateen.cli.agreement import compare


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many of `sent` requests each group answered; `statuses` counts their statuses, 0 where no answer came."""

    sent: int
    counts: Mapping[str, int]
    statuses: Mapping[int, int]

    @property
    def shares(self) -> Mapping[str, float]:
        """The share of each group that answered, between 0 and 1."""
        total = sum(self.counts.values())
        return {group: count / total for group, count in self.counts.items()} if total else {}

    def check(self, shares: Mapping[str, float], tolerance: float = 0.0) -> None:
        """Raises AssertionError if the counts differ from `shares`, which add up to 1, by more than chance explains.

        Chance is so generous that a mesh in order fails one comparison in ten thousand. `tolerance` is a share by which
        a group may be off besides: load balancers that look at how busy endpoints are don't draw lots.
        """
        total = sum(shares.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares add up to {total:g}, not to 1")
        comparison = compare(self.counts, shares, tolerance)
        wrong = [row for row in comparison.rows if not row.agrees]
        if wrong or not comparison.total:
            lines = [f"  {row.group}: {row.count} of {comparison.total}, expected {row.expected:.1%}" for row in wrong]
            raise AssertionError(
                "\n".join(["the answers don't come from where they should:", *lines, self._statuses()])
            )

    def _statuses(self) -> str:
        return "  statuses: " + ", ".join(
            f"{count} × {status or 'no answer'}" for status, count in self.statuses.items()
        )
