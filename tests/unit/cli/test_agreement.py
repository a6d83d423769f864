"""Counts against shares."""

import random

from lateen.cli.agreement import compare


def test_a_split_within_chance_agrees_and_one_outside_does_not() -> None:
    expected = {"v2": 0.5, "v3": 0.5}
    assert compare({"v2": 489, "v3": 511}, expected).agrees is True
    assert compare({"v2": 400, "v3": 600}, expected).agrees is False


def test_one_answer_from_a_group_that_gets_none_is_too_many() -> None:
    comparison = compare({"v2": 500, "v3": 499, "v1": 1}, {"v2": 0.5, "v3": 0.5})
    assert [row.group for row in comparison.rows if not row.agrees] == ["v1"]


def test_a_group_that_gets_everything_must_get_everything() -> None:
    assert compare({"v1": 10}, {"v1": 1.0}).agrees is True
    assert compare({"v1": 9, "none": 1}, {"v1": 1.0}).agrees is False


def test_a_group_that_should_answer_and_never_did_is_shown() -> None:
    comparison = compare({"v1": 100}, {"v1": 0.5, "v2": 0.5})
    assert [(row.group, row.count, row.agrees) for row in comparison.rows] == [("v1", 100, False), ("v2", 0, False)]


def test_without_expectation_counts_are_only_counted() -> None:
    comparison = compare({"a": 1, "b": 2}, None)
    assert [row.group for row in comparison.rows] == ["b", "a"]
    assert comparison.agrees is None


def test_a_fair_split_is_hardly_ever_called_unfair() -> None:
    source = random.Random(7)
    wrong = 0
    for _ in range(2000):
        first = sum(source.random() < 0.3 for _ in range(200))
        wrong += compare({"a": first, "b": 200 - first}, {"a": 0.3, "b": 0.7}).agrees is False
    assert wrong <= 3
