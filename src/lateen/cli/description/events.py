"""Events, in the order in which things happened."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lateen.api.age import age
from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Rows

HEADINGS = ("Type", "Reason", "Age", "From", "Message")


def event_rows(events: Sequence[JsonObject]) -> list[tuple[JsonObject, str]]:
    """Each event with its time as kubectl shows it: `5s`, `5s (x3 over 2m)`; the oldest first."""
    now = datetime.now(UTC)
    return [(event, _when(event, now)) for event in sorted(events, key=_last)]


def events_entry(events: Sequence[JsonObject]) -> Entry:
    """The table that ends a description."""
    rows = [
        [event.get("type", ""), event.get("reason", ""), time, _source(event), event.get("message", "").strip()]
        for event, time in event_rows(events)
    ]
    return "Events", Rows(HEADINGS, rows)


def _last(event: JsonObject) -> str:
    times = (event.get("lastTimestamp"), event.get("eventTime"), event["metadata"].get("creationTimestamp"))
    return next((time for time in times if time), "")


def _when(event: JsonObject, now: datetime) -> str:
    last = age(_last(event), now)
    count = event.get("count") or 1
    return f"{last} (x{count} over {age(event.get('firstTimestamp') or '', now)})" if count > 1 else last


def _source(event: JsonObject) -> str:
    return str((event.get("source") or {}).get("component") or event.get("reportingComponent") or "")
