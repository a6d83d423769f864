from collections.abc import AsyncIterator

import pytest

from lateen.apiserver.body import BODY_LIMIT, decode_document, read_content
from lateen.apiserver.status import StatusError


async def chunks(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def test_a_body_has_a_limit() -> None:
    assert len(await read_content(chunks(3, BODY_LIMIT // 3))) == BODY_LIMIT
    with pytest.raises(StatusError) as caught:
        await read_content(chunks(4, BODY_LIMIT // 3))
    assert caught.value.code == 413


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "application/json; charset=utf-8", "application/yaml"]
)
def test_json_and_yaml(content_type: str) -> None:
    assert decode_document(content_type, b'{"kind": "A", "apiVersion": "v1", "metadata": {}}')["kind"] == "A"


@pytest.mark.parametrize(
    ("content_type", "content", "code"),
    [
        ("application/json", b"{", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b"\xff", 400),
        ("application/json", b"3", 400),
        ("application/yaml", b"a: [", 400),
        ("application/cbor", b"{}", 415),
        ("application/vnd.kubernetes.protobuf", b"{}", 400),
    ],
)
def test_what_can_not_be_read(content_type: str, content: bytes, code: int) -> None:
    with pytest.raises(StatusError) as caught:
        decode_document(content_type, content)
    assert caught.value.code == code
