"""Checks a document against its kind's schema, and says what is wrong in words that help."""

import difflib
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import jsonschema_rs

from lateen.api.duration import parse_duration
from lateen.api.field_path import Step
from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.validation.field import Field
from lateen.validation.json_schema import SHORTEST, schema_of, validator_of

_TYPES: Final = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}
_DURATION_HINT: Final = 'write a number and a unit: "10s", "1.5s", "300ms", "1h2m"'
_SECRET: Final = frozenset(("data", "stringData"))

Path = tuple[Step, ...]


def check_schema(info: KindInfo, body: JsonObject, root: Field, *, strict: bool) -> list[Path]:
    """Report every field that is unknown, missing or of the wrong type; unknown ones only as warnings unless `strict`.

    Returns the paths of the values that must be taken out before the document can be decoded.
    """
    wrong: list[Path] = []
    for error in validator_of(info.id).iter_errors(body):
        steps = tuple(error.instance_path)
        kind: Any = error.kind  # its fields depend on its name
        field = root.at(*steps)
        if kind.name == "additionalProperties":
            _report_unknown(error, field, schema_of(info.id), strict=strict)
        elif kind.name == "required":
            (field / kind.property).error("is required", f'add "{kind.property}: ..."', "MissingField")
            wrong.append(steps)
        else:
            message, hint, code = _REPORTERS.get(kind.name, _other)(error, _schema_at(error, schema_of(info.id)))
            if info.id == "Secret" and steps[:1] and steps[0] in _SECRET:
                message, hint = re.sub(r", not .*", "", message), "a secret's values are texts"
            field.error(message, hint, code)
            wrong.append(steps)
    return wrong


def closest(word: str, words: Iterable[str]) -> str:
    """The one of `words` a user may have meant, or ""."""
    by_folded = {_folded(each): each for each in words}
    found = difflib.get_close_matches(_folded(word), by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else ""


def _folded(word: str) -> str:
    return word.replace("_", "").replace("-", "").lower()


def _report_unknown(error: jsonschema_rs.ValidationError, field: Field, schema: JsonObject, *, strict: bool) -> None:
    known = sorted(_schema_at(error, schema)["properties"])
    kind: Any = error.kind
    for name in kind.unexpected:
        meant = closest(name, known)
        hint = f'did you mean "{meant}"?' if meant else f"known here: {', '.join(known)}" if len(known) <= 12 else ""
        report = (field / name).error if strict else (field / name).warn
        report("unknown field", hint or "check the spelling and the indentation", "UnknownField")


def _wrong_type(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    kind: Any = error.kind
    expected: list[str] = kind.types
    words = " or ".join(_TYPES[each] for each in expected)
    hint = _DURATION_HINT if "duration" in schema.get("format", "") else _type_hint(expected, error.instance, schema)
    return f"must be {words}, not {shown(error.instance)}", hint, "WrongType"


def _type_hint(expected: list[str], value: Any, schema: JsonObject) -> str:  # value: JSON
    if "string" in expected and isinstance(value, bool):
        return "put the text in quotes: YAML reads yes, no, on, off, y and n as true or false"
    if "string" in expected and isinstance(value, int | float):
        return f'put it in quotes, so that it stays a text: "{json.dumps(value)}"'
    if "array" in expected:
        return "write a list: start each entry with a dash" if isinstance(value, dict) else f"write [{shown(value)}]"
    if expected == ["object"]:
        return "write a map, without a dash" if isinstance(value, list) else _map_hint(schema)
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return f"remove the quotes: {value}"
    if expected == ["boolean"]:
        return "write true or false, without quotes"
    return "write a number" if {"integer", "number"} & set(expected) else ""


def _map_hint(schema: JsonObject) -> str:
    known = sorted(schema.get("properties", {}))
    fields = f": {', '.join(known)}" if 0 < len(known) <= 6 else ""
    return f'write "name: value" lines below it{fields}'


def _wrong_word(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    kind: Any = error.kind
    words = [word for word in kind.options if word]
    meant = closest(error.instance, words) if isinstance(error.instance, str) else ""
    message = f"must be one of {', '.join(words)}, not {shown(error.instance)}"
    return message, f"did you mean {meant}?" if meant else "", "InvalidValue"


def _out_of_range(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    span = f"from {low} to {high}" if high is not None else f"at least {low}"
    return f"must be {span}, not {shown(error.instance)}", "", "InvalidValue"


def _wrong_format(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    try:
        duration = parse_duration(str(error.instance))
    except ValueError:
        return f"{shown(error.instance)} is not a duration", _DURATION_HINT, "InvalidDuration"
    if duration >= SHORTEST:
        return f"{shown(error.instance)} is not in whole milliseconds", "write whole milliseconds", "InvalidDuration"
    least = "0s" if schema["format"] == "zero-duration" else "1ms"
    message = f"{shown(error.instance)} is less than the least duration, {least}"
    return message, "remove the field to set none", "InvalidDuration"


def _too_long(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    kind: Any = error.kind
    value: Any = error.instance  # of the type that the schema wants
    what = "characters" if isinstance(value, str) else "entries"
    return f"{len(value)} {what} are too many", f"{kind.limit} are the most", "TooLarge"


def _too_short(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    return "is empty", "add an entry, or remove the field", "MissingField"


def _other(error: jsonschema_rs.ValidationError, schema: JsonObject) -> tuple[str, str, str]:
    return error.message, "", "InvalidValue"


_Reporter = Callable[[jsonschema_rs.ValidationError, JsonObject], tuple[str, str, str]]
_REPORTERS: Final[dict[str, _Reporter]] = {
    "type": _wrong_type,
    "enum": _wrong_word,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "format": _wrong_format,
    "maxItems": _too_long,
    "minItems": _too_short,
    "maxLength": _too_long,
    "maxProperties": _too_long,
}


def _schema_at(error: jsonschema_rs.ValidationError, schema: JsonObject) -> JsonObject:
    """The schema around the keyword that failed."""
    found: Any = schema  # walks through objects and lists alike
    for step in error.schema_path[:-1]:
        found = found[step]
    around: JsonObject = found
    return around


def shown(value: Any) -> str:  # JSON
    """A value as a message shows it: short."""
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..." + ('"' if isinstance(value, str) else "")
