"""Reading a request's body: size, media type, JSON, YAML or protobuf."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from lateen.api.codec import from_yaml
from lateen.api.meta import JsonObject
from lateen.apiserver.protobuf import ProtobufError, decode_protobuf
from lateen.apiserver.status import bad_request, too_large, unsupported_media
from lateen.client.media_type import JSON, PROTOBUF

BODY_LIMIT = 3 * 1024 * 1024
"""Bytes; Kubernetes' API server has the same limit."""

LISTENING_LIMIT = 16 * BODY_LIMIT
"""A client that is not heard out may see a broken connection instead of the refusal."""

YAML = "application/yaml"
PROTOBUF_ENVELOPE = b"k8s\0"


async def read_content(chunks: AsyncIterator[bytes]) -> bytes:
    """The whole body. Raises StatusError when it is too large."""
    pieces, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size <= BODY_LIMIT:
            pieces.append(chunk)
        elif size > LISTENING_LIMIT:
            break
    if size > BODY_LIMIT:
        raise too_large(BODY_LIMIT)
    return b"".join(pieces)


def decode_document(content_type: str, content: bytes) -> JsonObject:
    """The object in a body. Raises StatusError."""
    media = media_type(content_type)
    if media == PROTOBUF or content.startswith(PROTOBUF_ENVELOPE):
        try:
            return decode_protobuf(content)
        except ProtobufError as error:
            raise bad_request(f"the protobuf body can't be read: {error}") from None
    if media not in ("", JSON, YAML, "text/plain", "application/x-www-form-urlencoded"):
        raise unsupported_media(media, (JSON, YAML, PROTOBUF))
    return require_object(decode_yaml(content) if media == YAML else decode_json(content))


def decode_json(content: bytes) -> Any:  # JSON
    """The JSON value in a body. Raises StatusError."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad_request(f"the body is not JSON: {error}") from None


def decode_yaml(content: bytes) -> JsonObject:
    """The YAML (or JSON) document in a body. Raises StatusError."""
    try:
        return from_yaml(content.decode())
    except ValueError as error:
        raise bad_request(f"the body is not YAML: {error}") from None


def require_object(value: Any) -> JsonObject:  # value: JSON
    """`value`, which must be an object. Raises StatusError."""
    if not isinstance(value, dict):
        raise bad_request("the body must be a JSON object")
    return value


def media_type(content_type: str) -> str:
    """The media type without its parameters."""
    return content_type.partition(";")[0].strip().lower()
