"""Label and field selectors, as in `?labelSelector=app=reviews,version!=v1&fieldSelector=spec.nodeName=one`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lateen.api.meta import JsonObject

_SET = re.compile(r"^(?P<key>[^\s!=(),]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)$")
_EQUAL = re.compile(r"^(?P<key>[^\s!=(),]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^\s!=(),]*)$")
_EXISTS = re.compile(r"^(?P<not>!?)\s*(?P<key>[^\s!=(),]+)$")

Labels = Mapping[str, str]


class SelectorError(Exception):
    """The text is no selector."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects documents. An empty one selects all."""

    labels: tuple[Callable[[Labels], bool], ...] = ()
    fields: tuple[Callable[[JsonObject], bool], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is selected."""
        return not self.labels and not self.fields

    def selects(self, body: JsonObject) -> bool:
        """Whether `body` is selected."""
        labels = body["metadata"].get("labels") or {}
        return all(rule(labels) for rule in self.labels) and all(rule(body) for rule in self.fields)


def parse_selector(labels: str = "", fields: str = "") -> Selector:
    """The selector of a request. Raises SelectorError."""
    return Selector(
        tuple(_label_rule(part) for part in _split(labels)), tuple(_field_rule(part) for part in _split(fields))
    )


def _split(text: str) -> list[str]:
    """The parts between the commas that are not in parentheses."""
    return [part for piece in re.split(r",(?![^(]*\))", text) if (part := piece.strip())]


def _label_rule(text: str) -> Callable[[Labels], bool]:
    if match := _SET.match(text):
        key, values = match["key"], {value.strip() for value in match["values"].split(",")}
        if match["operator"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if match := _EQUAL.match(text):
        key, value = match["key"], match["value"]
        if match["operator"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if match := _EXISTS.match(text):
        key, absent = match["key"], bool(match["not"])
        return lambda labels: (key in labels) != absent
    raise SelectorError(
        f"unable to parse requirement: {text!r} is none of: key, !key, key=value, key!=value, "
        "key in (a,b), key notin (a,b)"
    )


def _field_rule(text: str) -> Callable[[JsonObject], bool]:
    match = _EQUAL.match(text)
    if match is None:
        raise SelectorError(f"invalid field selector {text!r}: it must be path=value or path!=value")
    path, value, equal = match["key"].split("."), match["value"], match["operator"] != "!="
    return lambda body: (_field(body, path) == value) == equal


def _field(body: JsonObject, path: list[str]) -> str:
    """The scalar at `path` as text, "" where there is none."""
    found: object = body
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    if found is None or isinstance(found, dict | list):
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)
