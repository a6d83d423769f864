"""Messages as bytes, such that equal messages give equal bytes."""

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

TYPE_URL_PREFIX = "type.googleapis.com/"


def pack(message: Message) -> Any:
    """The message in an Any; map entries are in the order of their keys."""
    return Any(type_url=TYPE_URL_PREFIX + message.DESCRIPTOR.full_name, value=serialize(message))


def serialize(message: Message) -> bytes:
    """The message's bytes; map entries are in the order of their keys."""
    return message.SerializeToString(deterministic=True)


def unpack(packed: Any) -> Message:
    """The message in an Any, whose type some module of ours must have imported. Raises KeyError for other types."""
    descriptor = descriptor_pool.Default().FindMessageTypeByName(packed.TypeName())
    message: Message = message_factory.GetMessageClass(descriptor).FromString(packed.value)
    return message
