"""Numbers, durations and shares."""

import pytest

from lateen.translate import scalar


@pytest.mark.parametrize(
    ("millionths", "numerator", "share"), [(125_000, 125_000, 1e6), (500_000, 50, 100), (0, 0, 100)]
)
def test_whole_percents_are_written_as_such(millionths: int, numerator: int, share: float) -> None:
    written = scalar.fraction(millionths)
    assert (written.numerator, {0: 100, 2: 1e6}[written.denominator]) == (numerator, share)


def test_durations_keep_milliseconds() -> None:
    assert scalar.duration(1234).ToMilliseconds() == 1234


def test_absence_stays_absence() -> None:
    assert (scalar.optional_uint32(None), scalar.optional_duration(None)) == (None, None)
    assert scalar.optional_uint32(0) == scalar.uint32(0)
