"""What every resource has: name, labels, annotations, times."""

from email.utils import format_datetime

from lateen.api.age import parse_time
from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Lines

HIDDEN_ANNOTATIONS = ("kubectl.kubernetes.io/last-applied-configuration",)


def names(document: JsonObject) -> list[Entry]:
    """Name and namespace."""
    metadata: JsonObject = document["metadata"]
    entries: list[Entry] = [("Name", metadata["name"])]
    return [*entries, ("Namespace", metadata["namespace"])] if metadata.get("namespace") else entries


def labels(document: JsonObject) -> list[Entry]:
    """Labels and annotations; not the annotation in which `apply` keeps a copy of the whole."""
    metadata: JsonObject = document["metadata"]
    annotations: dict[str, str] = metadata.get("annotations") or {}
    shown = {key: value for key, value in annotations.items() if key not in HIDDEN_ANNOTATIONS}
    return [("Labels", pairs(metadata.get("labels") or {})), ("Annotations", pairs(shown, ": "))]


def pairs(values: dict[str, str], separator: str = "=") -> Lines:
    """A pair a line, sorted."""
    return Lines([f"{key}{separator}{value}" for key, value in sorted(values.items())])


def joined(values: dict[str, str]) -> str:
    """All pairs in one line."""
    return ",".join(f"{key}={value}" for key, value in sorted(values.items())) or "<none>"


def when(text: str) -> str:
    """A time as kubectl writes it: `Sat, 21 Nov 2026 03:36:25 +0000`."""
    time = parse_time(text)
    return format_datetime(time) if time else text


def created(document: JsonObject) -> Entry:
    """When the resource was made."""
    return "CreationTimestamp", when(document["metadata"].get("creationTimestamp", ""))
