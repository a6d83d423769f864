"""Any resource in a description, its fields as YAML."""

from lateen.api.codec import to_yaml
from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Section, Text
from lateen.cli.description.metadata import created, labels, names

ENVELOPE = {"apiVersion", "kind", "metadata"}
SECRET_FIELDS = {"data", "stringData"}


def describe_plain(document: JsonObject) -> list[Entry]:
    """Name, labels, then each field; of a Secret only how long its values are."""
    entries: list[Entry] = [*names(document), *labels(document), created(document)]
    for key, value in document.items():
        if key in ENVELOPE or value in (None, {}, [], ""):
            continue
        if document["kind"] == "Secret" and key in SECRET_FIELDS:
            sizes: list[Entry] = [(name, f"{_size(text)} bytes") for name, text in value.items()]
            entries.append((_title(key), Section(sizes)))
        elif isinstance(value, dict):
            entries.append((_title(key), Text(to_yaml(value))))
        else:
            entries.append((_title(key), str(value) if not isinstance(value, list) else Text(to_yaml({key: value}))))
    return entries


def _title(key: str) -> str:
    return key[:1].upper() + key[1:]


def _size(text: str) -> int:
    return len(text) * 3 // 4 - text.count("=")
