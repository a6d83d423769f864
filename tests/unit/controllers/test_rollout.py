"""Rolling updates never go below what the strategy allows, and always come to an end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.controllers.rollout import Counts, Step, Strategy, next_step


@pytest.mark.parametrize(
    ("replicas", "counts", "expected"),
    [
        (1, Counts(0, 0, 0, 0), Step(create=1)),
        (1, Counts(1, 0, 1, 1), Step()),
        (1, Counts(0, 0, 1, 1), Step(create=1)),
        (1, Counts(1, 1, 1, 1), Step(delete_old=1)),
        (4, Counts(0, 0, 4, 4), Step(create=1, delete_old=1)),
        (2, Counts(5, 5, 0, 0), Step(delete_new=3)),
        (0, Counts(2, 2, 0, 0), Step(delete_new=2)),
        (3, Counts(0, 0, 3, 0), Step(create=1, delete_old=3)),
    ],
)
def test_next_step(replicas: int, counts: Counts, expected: Step) -> None:
    assert next_step(replicas, counts, Strategy()) == expected


def test_recreate_ends_the_old_pods_before_it_starts_new_ones() -> None:
    strategy = Strategy(recreate=True)
    assert next_step(2, Counts(0, 0, 2, 2), strategy) == Step(delete_old=2)
    assert next_step(2, Counts(0, 0, 0, 0), strategy) == Step(create=2)


@given(
    replicas=st.integers(0, 12),
    old=st.integers(0, 12),
    surge=st.sampled_from([0, 1, 3, "25%", "100%"]),
    unavailable=st.sampled_from([0, 1, 2, "25%", "50%"]),
)
def test_a_rollout_ends_with_the_wanted_pods_and_keeps_enough_available(
    replicas: int, old: int, surge: int | str, unavailable: int | str
) -> None:
    strategy = Strategy(max_surge=surge, max_unavailable=unavailable)
    most, least_missing = strategy.limits(replicas)
    counts = Counts(0, 0, old, old)
    for _ in range(100):
        step = next_step(replicas, counts, strategy)
        if step == Step() and counts.new == counts.new_available:
            break
        before = counts.new_available + counts.old_available
        counts = replace(
            counts,
            new=counts.new + step.create - step.delete_new,
            new_available=counts.new_available - step.delete_new,
            old=counts.old - step.delete_old,
            old_available=counts.old_available - step.delete_old,
        )
        after = counts.new_available + counts.old_available
        assert after >= min(before, replicas - least_missing)
        assert counts.new + counts.old <= max(replicas + most, old)
        counts = replace(counts, new_available=counts.new)
    assert counts == Counts(replicas, replicas, 0, 0)
