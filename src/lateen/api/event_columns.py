"""The columns of events. Rule: `printEvent` of Kubernetes' printers."""

from datetime import datetime
from typing import Final

from lateen.api.age import age
from lateen.api.column import Column, path_column, value_at
from lateen.api.meta import JsonObject


def _last_seen(body: JsonObject, now: datetime) -> str:
    count, last = value_at(body, "series", "count"), value_at(body, "series", "lastObservedTime")
    count, last = count or body.get("count") or 1, last or body.get("lastTimestamp")
    first = _first_time(body)
    if last and count > 1:
        return f"{age(str(last), now)} (x{count} over {age(first, now)})"
    return age(str(last or first), now)


def _first_time(body: JsonObject) -> str:
    return str(
        body.get("firstTimestamp") or body.get("eventTime") or value_at(body, "metadata", "creationTimestamp") or ""
    )


def _object(body: JsonObject, now: datetime) -> str:
    target = body.get("involvedObject") or {}
    return f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"


def _source(body: JsonObject, now: datetime) -> str:
    words = (value_at(body, "source", "component") or body.get("reportingComponent"), value_at(body, "source", "host"))
    return ", ".join(str(word) for word in words if word)


EVENT_COLUMNS: Final = (
    Column("Last Seen", "string", 0, _last_seen),
    path_column("Type", "type"),
    path_column("Reason", "reason"),
    Column("Object", "string", 0, _object),
    path_column("Subobject", "involvedObject", "fieldPath", wide=True),
    Column("Source", "string", 1, _source),
    path_column("Message", "message"),
    Column("First Seen", "string", 1, lambda body, now: age(_first_time(body), now)),
    path_column("Count", "count", absent="1", wide=True),
    path_column("Name", "metadata", "name", wide=True),
)
