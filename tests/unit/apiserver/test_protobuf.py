import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.apiserver.protobuf import PREFIX, ProtobufError, decode_protobuf


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def entry(number: int, key: str, value: str | bytes) -> bytes:
    return field(number, field(1, key) + field(2, value))


def envelope(kind: str, raw: bytes, api_version: str = "v1") -> bytes:
    return PREFIX + field(1, field(1, api_version) + field(2, kind)) + field(2, raw) + field(3, "") + field(4, "")


META = field(1, field(1, "x") + field(2, "") + field(3, "ns") + field(8, b"") + entry(11, "a", "b"))
X = {"name": "x", "namespace": "ns", "labels": {"a": "b"}}


def test_a_config_map() -> None:
    body = decode_protobuf(envelope("ConfigMap", META + entry(2, "key", "value") + entry(3, "raw", b"\xff")))
    assert body == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": X,
        "data": {"key": "value"},
        "binaryData": {"raw": "/w=="},
    }


def test_a_service() -> None:
    port = field(1, "http") + field(3, 80) + field(4, field(1, 0) + field(2, 8080)) + field(5, 0)
    named = field(3, 81) + field(4, field(1, 1) + field(3, "web"))
    spec = field(1, port) + field(1, named) + entry(2, "app", "web") + field(4, "ClusterIP") + field(13, 0)
    assert decode_protobuf(envelope("Service", META + field(2, spec) + field(3, field(1, b""))))["spec"] == {
        "ports": [{"name": "http", "port": 80, "targetPort": 8080}, {"port": 81, "targetPort": "web"}],
        "selector": {"app": "web"},
        "type": "ClusterIP",
    }


def test_empty_fields_that_are_unknown_are_absent_others_are_refused() -> None:
    assert decode_protobuf(envelope("Namespace", META + field(99, "")))["metadata"] == X
    with pytest.raises(ProtobufError, match="field 99"):
        decode_protobuf(envelope("Namespace", META + field(99, "x")))


def test_other_kinds_are_refused() -> None:
    with pytest.raises(ProtobufError, match="Frog"):
        decode_protobuf(envelope("Frog", META))


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else(content: bytes) -> None:
    for body in (content, PREFIX + content, envelope("Service", content)):
        try:
            decode_protobuf(body)
        except ProtobufError:
            continue
