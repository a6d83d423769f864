"""Counted answers."""

import pytest

from lateen.testing.traffic import Traffic


def test_shares_within_chance_are_fine_and_others_are_named() -> None:
    traffic = Traffic(100, {"v2": 45, "v3": 55}, {200: 100})
    assert traffic.shares == {"v2": 0.45, "v3": 0.55}
    traffic.check({"v2": 0.5, "v3": 0.5})
    with pytest.raises(AssertionError, match=r"v3: 55 of 100, expected 0.0%(.|\n)*statuses: 100 × 200"):
        traffic.check({"v2": 1})


def test_no_answers_agree_with_nothing() -> None:
    traffic = Traffic(3, {}, {0: 3})
    assert traffic.shares == {}
    with pytest.raises(AssertionError, match="3 × no answer"):
        traffic.check({"v1": 1})


def test_a_tolerance_adds_to_chance() -> None:
    traffic = Traffic(1000, {"a": 400, "b": 600}, {200: 1000})
    traffic.check({"a": 0.5, "b": 0.5}, tolerance=0.05)
    with pytest.raises(AssertionError, match="a: 400"):
        traffic.check({"a": 0.5, "b": 0.5})


def test_shares_that_are_not_the_whole_are_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"add up to 0.5"):
        Traffic(1, {"a": 1}, {200: 1}).check({"a": 0.5})
