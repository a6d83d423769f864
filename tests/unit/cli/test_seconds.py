"""Durations on the command line."""

import click
import pytest

from lateen.cli.seconds import SECONDS


@pytest.mark.parametrize(("text", "seconds"), [("60", 60), ("1.5", 1.5), ("60s", 60), ("2m", 120), ("200ms", 0.2)])
def test_plain_numbers_are_seconds(text: str, seconds: float) -> None:
    assert SECONDS.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "-5s", ""])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError):
        SECONDS.convert(text, None, None)
