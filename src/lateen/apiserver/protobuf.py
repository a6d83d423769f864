"""Reads the protobuf documents that kubectl 1.32 and later send when they create simple objects.

Such a body is the prefix `k8s\\0` and a `runtime.Unknown` message around the object's own. The field numbers are those
of Kubernetes' published API definitions (`generated.proto`). A field that is not in these tables is refused, so that
nothing is dropped silently.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Any
"""Any JSON value."""

PREFIX = b"k8s\0"

Reader = Callable[[int | bytes], Json]
"""From a field's raw value to JSON."""

Fields = Mapping[int, tuple[str, Reader]]


class ProtobufError(Exception):
    """The message is malformed, or says something that is not understood here."""


def decode_protobuf(content: bytes) -> dict[str, Json]:
    """The document in a protobuf body. Raises ProtobufError."""
    if not content.startswith(PREFIX):
        raise ProtobufError("the body does not begin as a Kubernetes protobuf message does")
    envelope = _message(_ENVELOPE)(content[len(PREFIX) :])
    names = envelope.get("typeMeta") or {}
    kind = names.get("kind", "")
    if kind not in _KINDS:
        raise ProtobufError(f"a {kind or 'message without kind'} is not understood in protobuf: send it as JSON")
    return {**names, **_message(_KINDS[kind])(envelope.get("raw", b""))}


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, position = _varint(content, position)
            yield number, value
        elif wire_type == 2:
            length, position = _varint(content, position)
            if position + length > len(content):
                raise ProtobufError("the message is cut off")
            yield number, content[position : position + length]
            position += length
        else:
            raise ProtobufError(f"wire type {wire_type} is not expected in a Kubernetes object")


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(content) and shift < 64:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ProtobufError("the message is cut off")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ProtobufError("a number where text was expected")
    return value


def _text(value: int | bytes) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError:
        raise ProtobufError("text that is not UTF-8") from None


def _base64(value: int | bytes) -> str:
    return base64.b64encode(_bytes(value)).decode()


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ProtobufError("text where a number was expected")
    return value - (1 << 64) if value >= 1 << 63 else value


def _flag(value: int | bytes) -> bool:
    return bool(_number(value))


def _message(fields: Fields) -> Callable[[int | bytes], dict[str, Json]]:
    def read(value: int | bytes) -> dict[str, Json]:
        result: dict[str, Json] = {}
        for number, raw in _fields(_bytes(value)):
            if number not in fields:
                if not raw:
                    # Go writes empty texts and zeros of fields that JSON would leave out.
                    continue
                raise ProtobufError(f"field {number} of a message with {_known(fields)} is unknown: send JSON")
            name, reader = fields[number]
            _add(result, name, reader, raw)
        return {key: value for key, value in result.items() if value is not None}

    return read


def _known(fields: Fields) -> str:
    return ", ".join(sorted({name.rstrip("[]{}") for name, _ in fields.values()}))


def _add(result: dict[str, Json], name: str, reader: Reader, raw: int | bytes) -> None:
    value = reader(raw)
    if name.endswith("[]"):
        result.setdefault(name[:-2], []).append(value)
    elif name.endswith("{}"):
        result.setdefault(name[:-2], {})[value.get("key", "")] = value.get("value", "")
    elif value != "":
        result[name] = value


def _entry(reader: Reader) -> Reader:
    return _message({1: ("key", _text), 2: ("value", reader)})


def _positive(value: int | bytes) -> int | None:
    """Zero is how absence is written for numbers whose zero means nothing."""
    return _number(value) or None


def _true(value: int | bytes) -> bool | None:
    return _flag(value) or None


def _int_or_string(value: int | bytes) -> int | str | None:
    read = _message({1: ("type", _number), 2: ("int", _number), 3: ("text", _text)})(value)
    chosen: int | str = read.get("text", "") if read.get("type") else read.get("int", 0)
    return chosen or None


def _nothing(value: int | bytes) -> None:
    """For what the server sets itself: status, times."""


_LABELS = _entry(_text)
_META: Fields = {
    1: ("name", _text),
    2: ("generateName", _text),
    3: ("namespace", _text),
    4: ("selfLink", _nothing),
    5: ("uid", _text),
    6: ("resourceVersion", _text),
    7: ("generation", _positive),
    8: ("creationTimestamp", _nothing),
    11: ("labels{}", _LABELS),
    12: ("annotations{}", _LABELS),
    14: ("finalizers[]", _text),
}
_ENVELOPE: Fields = {
    1: ("typeMeta", _message({1: ("apiVersion", _text), 2: ("kind", _text)})),
    2: ("raw", _bytes),
    3: ("contentEncoding", _text),
    4: ("contentType", _text),
}
_NAME_ONLY: Fields = {1: ("name", _text)}
_OBJECT_REFERENCE: Fields = {
    1: ("kind", _text),
    2: ("namespace", _text),
    3: ("name", _text),
    4: ("uid", _text),
    5: ("apiVersion", _text),
    6: ("resourceVersion", _text),
    7: ("fieldPath", _text),
}
_SERVICE_PORT: Fields = {
    1: ("name", _text),
    2: ("protocol", _text),
    3: ("port", _number),
    4: ("targetPort", _int_or_string),
    5: ("nodePort", _positive),
    6: ("appProtocol", _text),
}
_SERVICE_SPEC: Fields = {
    1: ("ports[]", _message(_SERVICE_PORT)),
    2: ("selector{}", _LABELS),
    3: ("clusterIP", _text),
    4: ("type", _text),
    5: ("externalIPs[]", _text),
    7: ("sessionAffinity", _text),
    8: ("loadBalancerIP", _text),
    9: ("loadBalancerSourceRanges[]", _text),
    10: ("externalName", _text),
    11: ("externalTrafficPolicy", _text),
    12: ("healthCheckNodePort", _positive),
    13: ("publishNotReadyAddresses", _true),
    17: ("ipFamilyPolicy", _text),
    18: ("clusterIPs[]", _text),
    19: ("ipFamilies[]", _text),
    20: ("allocateLoadBalancerNodePorts", _flag),
    21: ("loadBalancerClass", _text),
    22: ("internalTrafficPolicy", _text),
    23: ("trafficDistribution", _text),
}
_CONTAINER: Fields = {
    1: ("name", _text),
    2: ("image", _text),
    3: ("command[]", _text),
    4: ("args[]", _text),
    5: ("workingDir", _text),
    6: (
        "ports[]",
        _message(
            {
                1: ("name", _text),
                2: ("hostPort", _positive),
                3: ("containerPort", _number),
                4: ("protocol", _text),
                5: ("hostIP", _text),
            }
        ),
    ),
    7: ("env[]", _message({1: ("name", _text), 2: ("value", _text)})),
    8: ("resources", _message({})),
    13: ("terminationMessagePath", _text),
    14: ("imagePullPolicy", _text),
    16: ("stdin", _true),
    17: ("stdinOnce", _true),
    18: ("tty", _true),
    20: ("terminationMessagePolicy", _text),
}
_POD_SPEC: Fields = {
    2: ("containers[]", _message(_CONTAINER)),
    3: ("restartPolicy", _text),
    4: ("terminationGracePeriodSeconds", _number),
    6: ("dnsPolicy", _text),
    7: ("nodeSelector{}", _LABELS),
    8: ("serviceAccountName", _text),
    9: ("serviceAccount", _text),
    10: ("nodeName", _text),
    11: ("hostNetwork", _true),
    12: ("hostPID", _true),
    13: ("hostIPC", _true),
    14: ("securityContext", _message({})),
    15: ("imagePullSecrets[]", _message(_NAME_ONLY)),
    16: ("hostname", _text),
    17: ("subdomain", _text),
    19: ("schedulerName", _text),
    20: ("initContainers[]", _message(_CONTAINER)),
}
_TEMPLATE: Fields = {1: ("metadata", _message(_META)), 2: ("spec", _message(_POD_SPEC))}
_ROLLING_UPDATE: Fields = {1: ("maxUnavailable", _int_or_string), 2: ("maxSurge", _int_or_string)}
_DEPLOYMENT_SPEC: Fields = {
    1: ("replicas", _number),
    2: ("selector", _message({1: ("matchLabels{}", _LABELS)})),
    3: ("template", _message(_TEMPLATE)),
    4: ("strategy", _message({1: ("type", _text), 2: ("rollingUpdate", _message(_ROLLING_UPDATE))})),
    5: ("minReadySeconds", _positive),
    6: ("revisionHistoryLimit", _number),
    7: ("paused", _true),
    9: ("progressDeadlineSeconds", _number),
}
_RESOURCE_ATTRIBUTES: Fields = {
    1: ("namespace", _text),
    2: ("verb", _text),
    3: ("group", _text),
    4: ("version", _text),
    5: ("resource", _text),
    6: ("subresource", _text),
    7: ("name", _text),
}
_ACCESS_REVIEW_SPEC: Fields = {
    1: ("resourceAttributes", _message(_RESOURCE_ATTRIBUTES)),
    2: ("nonResourceAttributes", _message({1: ("path", _text), 2: ("verb", _text)})),
}
_DELETE_OPTIONS: Fields = {
    1: ("gracePeriodSeconds", _number),
    2: ("preconditions", _message({1: ("uid", _text), 2: ("resourceVersion", _text)})),
    3: ("orphanDependents", _flag),
    4: ("propagationPolicy", _text),
    5: ("dryRun[]", _text),
}
_OBJECT: Fields = {1: ("metadata", _message(_META))}
_KINDS: Mapping[str, Fields] = {
    "Namespace": {**_OBJECT, 2: ("spec", _message({1: ("finalizers[]", _text)})), 3: ("status", _nothing)},
    "ConfigMap": {**_OBJECT, 2: ("data{}", _LABELS), 3: ("binaryData{}", _entry(_base64)), 4: ("immutable", _flag)},
    "Secret": {
        **_OBJECT,
        2: ("data{}", _entry(_base64)),
        3: ("type", _text),
        4: ("stringData{}", _LABELS),
        5: ("immutable", _flag),
    },
    "ServiceAccount": {
        **_OBJECT,
        2: ("secrets[]", _message(_OBJECT_REFERENCE)),
        3: ("imagePullSecrets[]", _message(_NAME_ONLY)),
        4: ("automountServiceAccountToken", _flag),
    },
    "Service": {**_OBJECT, 2: ("spec", _message(_SERVICE_SPEC)), 3: ("status", _nothing)},
    "Deployment": {**_OBJECT, 2: ("spec", _message(_DEPLOYMENT_SPEC)), 3: ("status", _nothing)},
    "SelfSubjectAccessReview": {**_OBJECT, 2: ("spec", _message(_ACCESS_REVIEW_SPEC)), 3: ("status", _nothing)},
    "SelfSubjectReview": {**_OBJECT, 2: ("status", _nothing)},
    "DeleteOptions": _DELETE_OPTIONS,
}
