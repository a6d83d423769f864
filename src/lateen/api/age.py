"""Times as kubectl shows them: the span since then, with one or two units."""

from datetime import UTC, datetime


def parse_time(text: str) -> datetime | None:
    """An RFC 3339 time, None when it is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def age(text: str, now: datetime) -> str:
    """The time since `text`, `<unknown>` when that is no time."""
    time = parse_time(text)
    return human_duration(int((now - time).total_seconds())) if time else "<unknown>"


def human_duration(seconds: int) -> str:
    """A span as kubectl rounds it: `95s`, `3m12s`, `45m`, `5h3m`, `2d4h`. Rule: `apimachinery/pkg/util/duration`."""
    if seconds < 0:
        return "0s" if seconds >= -1 else "<invalid>"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    return _two(days // 365, "y", days % 365, "d") if days < 2920 else f"{days // 365}y"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"
