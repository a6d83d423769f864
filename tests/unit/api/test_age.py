from datetime import UTC, datetime

import pytest

from lateen.api.age import age, human_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (192, "3m12s"),
        (600, "10m"),
        (3 * 3600, "3h"),
        (5 * 3600 + 180, "5h3m"),
        (9 * 3600 + 59, "9h"),
        (2 * 86400, "2d"),
        (2 * 86400 + 4 * 3600, "2d4h"),
        (30 * 86400, "30d"),
        (800 * 86400, "2y70d"),
        (3650 * 86400, "10y"),
    ],
)
def test_rounded_as_kubectl_does(seconds: int, text: str) -> None:
    assert human_duration(seconds) == text


def test_a_time_without_zone_is_utc_and_no_time_is_unknown() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert age("2025-12-31T23:59:00Z", now) == age("2025-12-31T23:59:00", now) == "60s"
    assert age("", now) == "<unknown>"
