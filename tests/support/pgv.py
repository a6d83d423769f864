"""Checks messages against the rules in Envoy's own API definitions (protoc-gen-validate's `validate.rules`)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.any_pb2 import Any as PackedAny
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from validate import validate_pb2

from lateen.translate.wire import unpack

Rules = Any
"""Rule messages differ by type; each check below reads the fields of its own."""

Field = Any
"""A field's descriptor, which protobuf's own stubs know by two unrelated types."""


def violations(message: Message, path: str = "") -> Iterator[str]:
    """Every rule that the message, or a message inside it (an Any included), breaks: `path: what is wrong`."""
    if isinstance(message, PackedAny):
        yield from violations(unpack(message), f"{path}<{message.TypeName().rpartition('.')[2]}>")
        return
    if message.DESCRIPTOR.GetOptions().Extensions[validate_pb2.disabled]:
        return
    yield from _oneof_violations(message, path)
    for field in message.DESCRIPTOR.fields:
        rules = field.GetOptions().Extensions[validate_pb2.rules]
        yield from _field_violations(message, field, rules, f"{path}.{field.name}".lstrip("."))


def _oneof_violations(message: Message, path: str) -> Iterator[str]:
    for oneof in message.DESCRIPTOR.oneofs:
        if oneof.GetOptions().Extensions[validate_pb2.required] and message.WhichOneof(oneof.name) is None:
            yield f"{path}: one of {', '.join(field.name for field in oneof.fields)} must be set"


def _field_violations(message: Message, field: Field, rules: Rules, path: str) -> Iterator[str]:
    if field.is_repeated:
        yield from _repeated_violations(message, field, rules, path)
    elif field.type == FieldDescriptor.TYPE_MESSAGE:
        yield from _message_violations(message, field, rules, path)
    elif not field.has_presence or message.HasField(field.name):
        yield from _scalar_violations(getattr(message, field.name), field, rules, path)


def _message_violations(message: Message, field: Field, rules: Rules, path: str) -> Iterator[str]:
    kind = rules.WhichOneof("type")
    if not message.HasField(field.name):
        if field.containing_oneof is not None:
            return
        needed = rules.message.required or (kind in {"any", "duration"} and getattr(rules, kind).required)
        if needed:
            yield f"{path}: must be set"
        return
    value = getattr(message, field.name)
    if kind == "duration":
        yield from _compare(value.seconds + value.nanos / 1e9, _duration_bounds(rules.duration), path)
    elif kind not in {None, "any"}:
        yield from _value_violations(value.value, kind, getattr(rules, kind), path)
    if not rules.message.skip:
        yield from violations(value, path)


def _repeated_violations(message: Message, field: Field, rules: Rules, path: str) -> Iterator[str]:
    values = getattr(message, field.name)
    map_entry = field.message_type is not None and field.message_type.GetOptions().map_entry
    if map_entry:
        inner = field.message_type.fields_by_name["value"]
        if inner.type == FieldDescriptor.TYPE_MESSAGE:
            for key in sorted(values):
                yield from violations(values[key], f"{path}[{key}]")
        return
    if len(values) < rules.repeated.min_items:
        yield f"{path}: has {len(values)} items, needs {rules.repeated.min_items}"
    if rules.repeated.HasField("max_items") and len(values) > rules.repeated.max_items:
        yield f"{path}: has {len(values)} items, may have {rules.repeated.max_items}"
    if rules.repeated.unique and len({str(value) for value in values}) != len(values):
        yield f"{path}: items must differ"
    for index, value in enumerate(values):
        where = f"{path}[{index}]"
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            yield from violations(value, where)
        else:
            yield from _scalar_violations(value, field, rules.repeated.items, where)


def _scalar_violations(value: Any, field: Field, rules: Rules, path: str) -> Iterator[str]:
    kind = rules.WhichOneof("type")
    if kind == "enum":
        if rules.enum.defined_only and value not in field.enum_type.values_by_number:
            yield f"{path}: {value} is no value of {field.enum_type.name}"
        if value in rules.enum.not_in:
            yield f"{path}: {field.enum_type.values_by_number[value].name} is not allowed"
    elif kind is not None:
        yield from _value_violations(value, kind, getattr(rules, kind), path)


def _value_violations(value: Any, kind: str, rules: Rules, path: str) -> Iterator[str]:
    if getattr(rules, "ignore_empty", False) and not value:
        return
    if kind in {"string", "bytes"}:
        yield from _text_violations(value, kind, rules, path)
    elif kind != "bool":
        bounds = {name: getattr(rules, name) for name in _BOUNDS if rules.HasField(name)}
        yield from _compare(value, bounds, path)
    elif rules.HasField("const") and value != rules.const:
        yield f"{path}: must be {rules.const}"


def _text_violations(value: Any, kind: str, rules: Rules, path: str) -> Iterator[str]:
    size = len(value) if kind == "bytes" or not (rules.min_bytes or rules.max_bytes) else len(value.encode())
    least, most = (rules.min_len, rules.max_len) if kind == "bytes" else _text_bounds(rules)
    if size < least:
        yield f"{path}: is shorter than {least}"
    if most and size > most:
        yield f"{path}: is longer than {most}"
    if getattr(rules, "in") and value not in getattr(rules, "in"):
        yield f"{path}: {value!r} is none of {list(getattr(rules, 'in'))}"
    if kind == "string":
        yield from _pattern_violations(value, rules, path)


def _text_bounds(rules: Rules) -> tuple[int, int]:
    return rules.min_len or rules.min_bytes, rules.max_len or rules.max_bytes


def _pattern_violations(value: str, rules: Rules, path: str) -> Iterator[str]:
    if rules.pattern and not re.search(rules.pattern, value):
        yield f"{path}: {value!r} doesn't match {rules.pattern}"
    if rules.prefix and not value.startswith(rules.prefix):
        yield f"{path}: {value!r} doesn't begin with {rules.prefix}"
    known = _KNOWN_PATTERNS.get(rules.well_known_regex)
    if known is not None and not (known[0] if rules.strict else known[1]).fullmatch(value):
        yield f"{path}: {value!r} is no valid header text"


def _compare(value: float, bounds: dict[str, float], path: str) -> Iterator[str]:
    for name, bound in bounds.items():
        if not _BOUNDS[name](value, bound):
            yield f"{path}: {value} must be {name} {bound}"


def _duration_bounds(rules: Rules) -> dict[str, float]:
    named = {name: getattr(rules, name) for name in _BOUNDS if rules.HasField(name)}
    return {name: bound.seconds + bound.nanos / 1e9 for name, bound in named.items()}


_BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
    "const": lambda value, bound: value == bound,
}

_LOOSE = re.compile(r"[^\x00\n\r]*")
_KNOWN_PATTERNS = {
    validate_pb2.HTTP_HEADER_NAME: (re.compile(r":?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+"), _LOOSE),
    validate_pb2.HTTP_HEADER_VALUE: (re.compile(r"[^\x00-\x08\x0A-\x1F\x7F]*"), _LOOSE),
}
