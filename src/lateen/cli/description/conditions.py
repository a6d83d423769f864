"""Conditions of a status as a table."""

from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Rows


def conditions(document: JsonObject) -> Entry:
    """Type, status and, where any says so, reason and message."""
    found: list[JsonObject] = (document.get("status") or {}).get("conditions") or []
    columns = [
        key for key in ("type", "status", "reason", "message") if key == "type" or any(each.get(key) for each in found)
    ]
    headings = [key.capitalize() for key in columns]
    return "Conditions", Rows(headings, [[str(each.get(key, "")) for key in columns] for each in found])
