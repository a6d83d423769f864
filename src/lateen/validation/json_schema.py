"""JSON schemas of the kinds, made from their structs."""

import functools
from typing import Any, Final

import jsonschema_rs
import msgspec

from lateen.api.duration import Duration, parse_duration
from lateen.api.meta import JsonObject
from lateen.api.schema import kind_info

SHORTEST: Final = Duration(milliseconds=1)
"""What Istio demands of durations, but for a few: as much, and whole milliseconds."""

_REFERENCES: Final = "#/$defs/{name}"


@functools.cache
def schema_of(kind_id: str) -> JsonObject:
    """The schema of a kind with every reference written out; it refuses unknown fields and knows no nulls."""
    struct = kind_info(kind_id).struct
    (_,), components = msgspec.json.schema_components([struct], schema_hook=_schema_hook, ref_template=_REFERENCES)
    schema: JsonObject = _closed(components[struct.__name__], components)
    return schema


@functools.cache
def validator_of(kind_id: str) -> jsonschema_rs.Validator:
    """The compiled schema of a kind."""
    formats = {"duration": _is_duration, "zero-duration": _is_any_duration}
    return jsonschema_rs.Draft202012Validator(schema_of(kind_id), formats=formats, validate_formats=True)


def _schema_hook(type_: type) -> JsonObject:
    if type_ is Duration:
        return {"type": "string", "format": "duration"}
    raise NotImplementedError(type_)


def _closed(schema: Any, components: JsonObject) -> Any:  # any part of a schema
    if isinstance(schema, list):
        return [_closed(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _closed(components[schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema:
        return _one_of(schema, components)
    closed = {key: _closed(value, components) for key, value in schema.items() if key != "default"}
    if "enum" in closed:
        closed["enum"] = [word for word in closed["enum"] if word is not None]
    if "properties" in closed:
        closed["additionalProperties"] = False
    return closed


def _one_of(schema: JsonObject, components: JsonObject) -> JsonObject:
    """One schema for several: null is gone, and scalars share one `type`, so that errors are about the value."""
    options = [_closed(each, components) for each in schema["anyOf"] if each.get("type") != "null"]
    if len(options) == 1:
        only: JsonObject = options[0]
        return only
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


def _is_duration(text: str) -> bool:
    try:
        duration = parse_duration(text)
    except ValueError:
        return False
    return duration >= SHORTEST and duration.nanoseconds % SHORTEST.nanoseconds == 0


def _is_any_duration(text: str) -> bool:
    try:
        return parse_duration(text) >= Duration()
    except ValueError:
        return False
