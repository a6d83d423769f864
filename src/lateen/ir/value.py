"""The base of every IR type."""

from typing import Any, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class ValueType(msgspec.StructMeta):
    """Makes subclasses keyword-only too: msgspec inherits every other option of a struct, but not that one.

    `Any`: what a class statement holds, which only msgspec reads.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> type:
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **options})


class Value(msgspec.Struct, metaclass=ValueType, frozen=True, omit_defaults=True, gc=False):
    """An immutable value: equal content is equal, and equal values translate to equal bytes.

    Maps are tuples of pairs in a fixed order, lists are tuples. Durations are milliseconds. Shares are parts of a
    million. A `None` means "not asked for": translate then leaves Envoy's field unset.
    """


Pairs = tuple[tuple[str, str], ...]
